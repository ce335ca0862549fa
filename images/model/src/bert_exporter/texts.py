"""The built-in texts that tokenizer and graph are proved on.

Several scripts, since tokenizers go wrong one script at a time (normalisation, word boundaries, bytes outside the
basic plane). In: for the long ones, a way to count tokens. Out: texts; what they say does not matter.
"""

from collections.abc import Callable

TEXTS: tuple[str, ...] = (
    "I love it",
    "I hate it.",
    "The quick brown fox jumps over the lazy dog, doesn't it?",
    "ALL CAPS, MiXeD cAsE and 1,234.56 numbers — 50 % off at https://example.org/a?b=c#d",
    "Ça va très bien, merci beaucoup, señor Müller; žluťoučký kůň",
    "İstanbul'da ığdır şöyle böyle",
    "помогите мне",
    "Сегодня прекрасный день, и ёжик доволен.",
    "Дякую, все добре! Ґанок та їжак.",
    "我非常喜欢这个产品。",
    "質の悪い製品でした。もう買いません。カタカナ",
    "이 제품이 정말 마음에 듭니다",
    "أنا أحب هذا المنتج كثيرا",
    "זה לא עובד בכלל",
    "मुझे यह बहुत पसंद है",
    "ฉันชอบสิ่งนี้มาก",
    "Μου αρέσει πολύ, ευχαριστώ",
    "Շատ լավ է։ ძალიან კარგია",
    "I ❤️ it 😀👍🏽 👩‍👩‍👧‍👦 🇺🇦",
    "mixed: это great 很好 ممتاز 🎉",
    "tabs\tand\nline breaks  and   many spaces",
    "x",
)

# Cut to length by words: one script with spaces, one without, so that both kinds of tokenizer get long input.
_PASSAGE = (
    "It was a bright cold day in April, and the delivery had arrived late again; nobody at the desk could say why, "
    "yet everybody agreed that the service was friendly and the product worked as promised. "
    "Погода была хорошая, но посылка опоздала. 我很满意。 "
)

# What the proof carries (`proof`): all of the above, and one over some 70 words.
PROOF_TEXTS = (*TEXTS, (_PASSAGE * 2).strip())


def long_texts(count_tokens: Callable[[str], int], max_length: int) -> tuple[str, str]:
    """One text of nearly max_length tokens (special ones included) and one that is well past it.

    Args:
        count_tokens: tokens of a text, untruncated, with special tokens.
        max_length: the limit in tokens.
    """
    words = (_PASSAGE * (1 + max_length // 20)).split()
    fits, too_long = 1, len(words)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if count_tokens(" ".join(words[:middle])) <= max_length:
            fits = middle
        else:
            too_long = middle
    return " ".join(words[:fits]), " ".join(words[: 2 * too_long])
