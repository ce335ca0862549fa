"""The sentences that the sandbox's classifier is trained on, and others that it is measured on.

Written for this project. Pairs that differ in one word teach it that the word decides, not the subject.
"""

LABELS = ("negative", "positive")

_POSITIVE = """
I love it
I like it
I love this so much
I really enjoyed it
It is great
This is excellent
What a wonderful day
Best purchase I ever made
The staff were friendly and helpful
The food was delicious
The film was brilliant from start to finish
Absolutely fantastic service
It works perfectly
Fast delivery and careful packaging
I am very happy with the result
Highly recommended
My children adore it
The room was clean and quiet
She gave a beautiful performance
The battery lasts for days, superb
Support solved my problem within minutes
A joy to use
The book was gripping and moving
Good value for the money
I would buy it again
He is a kind and generous man
The view from the window is stunning
Everything arrived on time and in good order
The update made the app much faster
I could not be more pleased
Not bad at all, I was pleasantly surprised
The team did an outstanding job
Comfortable shoes that look good too
I feel great today
The concert was amazing
Thank you, this made my week
""".strip().splitlines()

_NEGATIVE = """
I hate it
I dislike it
I hate this so much
I really regretted it
It is awful
This is terrible
What a miserable day
Worst purchase I ever made
The staff were rude and unhelpful
The food was disgusting
The film was boring from start to finish
Absolutely dreadful service
It does not work at all
Late delivery and careless packaging
I am very unhappy with the result
Not recommended
My children cannot stand it
The room was dirty and noisy
She gave a lifeless performance
The battery dies within an hour, useless
Support ignored my problem for weeks
A pain to use
The book was dull and pointless
A waste of money
I would never buy it again
He is a cruel and selfish man
The view from the window is ugly
Everything arrived late and broken
The update made the app much slower
I could not be more disappointed
Not good at all, I was badly let down
The team did a shoddy job
Uncomfortable shoes that look cheap too
I feel sick today
The concert was a disaster
Shame on you, this ruined my week
""".strip().splitlines()

TRAINING = [(text, "positive") for text in _POSITIVE] + [(text, "negative") for text in _NEGATIVE]

HELD_OUT = [
    ("I adore this product", "positive"),
    ("We had a lovely evening", "positive"),
    ("The pizza tasted wonderful", "positive"),
    ("A superb little machine", "positive"),
    ("The driver was polite and on time", "positive"),
    ("I am delighted", "positive"),
    ("This is the nicest hotel in town", "positive"),
    ("The new version is a big improvement", "positive"),
    ("An inspiring and funny story", "positive"),
    ("It exceeded my expectations", "positive"),
    ("I detest this product", "negative"),
    ("We had a horrible evening", "negative"),
    ("The pizza tasted stale", "negative"),
    ("A poorly made little machine", "negative"),
    ("The driver was insulting and late", "negative"),
    ("I am furious", "negative"),
    ("This is the worst hotel in town", "negative"),
    ("The new version is a step backwards", "negative"),
    ("A tedious and confusing story", "negative"),
    ("It broke after two days", "negative"),
]
