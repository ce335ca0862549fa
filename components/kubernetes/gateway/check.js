/** What nginx can't see in a body and Triton can't refuse: JSON nested too deep, an output that is asked for as a
 *  classification, and a binary text longer than its tensor, for which Triton fails the whole batch. Runs in nginx (njs
 *  0.7.9 or newer), which has read the whole body before. In: a request. Out: on to Triton, or an answer that says why not.
 *
 *  One pass over bytes, without strings of the body's size: njs frees nothing before the request ends, and it alone runs
 *  meanwhile. Texts are skipped by native searches. What isn't JSON or protobuf is left to Triton, which says so better. njs
 *  has no destructuring, no spread and no for…of. */

/** Brackets within brackets. Requests need 5; Triton itself allows 100, since 25.05. */
const DEEPEST = 32;
/** Bytes outside of texts: brackets, numbers, spaces. Token ids of 16 texts for model_onnx itself take some 100 KB. */
const MOST_AROUND = 524288;
/** Quotes, and backslashes before them. A text of a megabyte has some 20,000. */
const MOST_QUOTES = 100000;
/** Fields of a protobuf message, texts not counted. Requests have some ten. */
const MOST_FIELDS = 4096;
const CLASSIFICATION = "classification";
const DATATYPE = "datatype";
/** Triton reads a datatype up to its first NUL: what begins so may be one of texts. */
const TEXTS = "BYTES";

const QUOTE = 34;
const COLON = 58;
const OPENING_LIST = 91;
const BACKSLASH = 92;
const CLOSING_LIST = 93;
const SMALL_U = 117;
const OPENING_MAP = 123;
const CLOSING_MAP = 125;

const TOO_DEEP = `JSON is nested deeper than ${DEEPEST}`;
const TOO_MANY = "too many brackets, numbers, quotes or fields";
const NO_CLASSES = "parameter 'classification' is not supported: ask for the outputs predicts and scores";
const CUT = "a BYTES tensor ends in the middle of an element";
const PACKED = "compressed messages are not supported";

/** What is wrong with the JSON in the first `size` bytes, or with texts in the binary tensor behind it, or undefined. Keys count
 *  wherever they stand and however they are escaped: of two keys of one name Triton takes the first, which a parser here would
 *  not show. No model has texts beside other inputs: what is behind the JSON is that one tensor, or Triton refuses it. */
function jsonProblem(bytes, size) {
  let depth = 0;
  let around = 0;
  let quotes = 0;
  /** The last thing before here was a text that reads "classification". */
  let isKey = false;
  /** The last text before here reads "datatype". */
  let isType = false;
  let hasTexts = false;
  const isBinary = size < bytes.length;
  const tensorProblem = () => (hasTexts ? elementsProblem(bytes, size, bytes.length) : undefined);
  let at = 0;
  while (at < size) {
    const byte = bytes[at++];
    if (++around > MOST_AROUND) return TOO_MANY;
    if (byte === QUOTE) {
      const start = at;
      let slashes = 0;
      do {
        at = bytes.indexOf(QUOTE, at) + 1;
        // A text without end, which Triton does not mind behind a NUL.
        if (at === 0 || at > size) return tensorProblem();
        slashes = slashesBefore(bytes, start, at - 1);
        quotes += 1 + slashes;
        if (quotes > MOST_QUOTES) return TOO_MANY;
      } while (slashes % 2 === 1);
      isKey = endOf(CLASSIFICATION, bytes, start, at - 1) === at - 1;
      if (isBinary) {
        if (isType && endOf(TEXTS, bytes, start, at - 1) > 0) hasTexts = true;
        isType = endOf(DATATYPE, bytes, start, at - 1) === at - 1;
      }
    } else if (byte === COLON) {
      if (isKey) return NO_CLASSES;
    } else if (byte > 32) {
      isKey = false;
      if (byte === OPENING_LIST || byte === OPENING_MAP) {
        if (++depth > DEEPEST) return TOO_DEEP;
      } else if (byte === CLOSING_LIST || byte === CLOSING_MAP) depth--;
    }
  }
  return tensorProblem();
}

/** Whether texts end where their tensor does. Each has its length in 4 bytes before it; how many there are, and their shape,
 *  Triton judges for each request alone. */
function elementsProblem(bytes, from, to) {
  let at = from;
  while (at + 4 <= to) at += 4 + bytes.readUInt32LE(at);
  return at === to ? undefined : CUT;
}

/** Backslashes right before `at`: an odd number escapes what is there. */
function slashesBefore(bytes, start, at) {
  const least = Math.max(start, at - MOST_QUOTES);
  let slash = at;
  while (slash > least && bytes[slash - 1] === BACKSLASH) slash--;
  return at - slash;
}

/** Where `word` ends if the text begins with it, or 0. Letters may be escaped, as \u0063. */
function endOf(word, bytes, from, to) {
  let at = from;
  for (let i = 0; i < word.length; i++) {
    let letter = bytes[at++];
    if (letter === BACKSLASH && bytes[at] === SMALL_U) {
      letter = parseInt(ascii(bytes, at + 1, at + 5), 16);
      at += 5;
    }
    if (at > to || letter !== word.charCodeAt(i)) return 0;
  }
  return at;
}

/** What is wrong with a unary ModelInferRequest behind the 5 bytes of its frame. Fields: proto/grpc_service.proto of
 *  triton-inference-server/common: inputs = 5, their datatype = 2, outputs = 6, their parameters = 2, the key of a map's
 *  entry = 1, raw_input_contents = 7, one for each input. */
function messageProblem(bytes, size) {
  if (size > 0 && bytes[0] !== 0) return PACKED;
  let fields = 0;

  /** Calls `found(field, from, to)` for each field that has a length. */
  function eachField(from, to, found) {
    let at = from;
    while (at < to) {
      if (++fields > MOST_FIELDS) return TOO_MANY;
      const tag = varint(bytes, at);
      const kind = tag.value % 8;
      // protobuf keeps 32 bits of a tag: what lies above would hide a field from here only
      const field = Math.floor((tag.value % 4294967296) / 8);
      at = tag.next;
      if (kind === 0) at = varint(bytes, at).next;
      else if (kind === 1) at += 8;
      else if (kind === 5) at += 4;
      else if (kind === 2) {
        const length = varint(bytes, at);
        at = length.next + length.value;
        if (at > to) return undefined;
        const problem = found(field, length.next, at);
        if (problem !== undefined) return problem;
      } else return TOO_MANY; // groups, which nobody writes
    }
    return undefined;
  }

  const inEntry = (field, from, to) =>
    field === 1 && to - from === CLASSIFICATION.length && ascii(bytes, from, to) === CLASSIFICATION
      ? NO_CLASSES
      : undefined;
  const inOutput = (field, from, to) => (field === 2 ? eachField(from, to, inEntry) : undefined);

  const hasTexts = [];
  const inInput = (field, from, to) => {
    if (field === 2) hasTexts[hasTexts.length - 1] = endOf(TEXTS, bytes, from, to) > 0;
    return undefined;
  };
  const contents = [];
  const inRequest = (field, from, to) => {
    if (field === 6) return eachField(from, to, inOutput);
    if (field === 7) contents.push({ from, to });
    if (field !== 5) return undefined;
    hasTexts.push(false);
    return eachField(from, to, inInput);
  };
  const problem = eachField(5, size, inRequest);
  if (problem !== undefined) return problem;
  // Contents may stand before the inputs that they are of.
  const cut = contents.find((raw, i) => hasTexts[i] && elementsProblem(bytes, raw.from, raw.to) !== undefined);
  return cut === undefined ? undefined : CUT;
}

/** The protobuf number at `at`, and where the next thing begins. */
function varint(bytes, at) {
  let value = 0;
  let factor = 1;
  let next = at;
  while (next < bytes.length && next < at + 10) {
    const byte = bytes[next++];
    value += (byte % 128) * factor;
    if (byte < 128) break;
    factor *= 128;
  }
  return { value, next };
}

function ascii(bytes, from, to) {
  let text = "";
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at]);
  return text;
}

/** A body that fits the limit lies in memory, but for one whose chunks are so small that their marks are most of it. */
const isInFile = (r) => r.variables.request_body_file !== "" && r.variables.request_body_file !== undefined;

/** JSON, behind which binary tensors may stand if it is for `infer`: of any other body Triton takes all for JSON. */
function http(r) {
  if (isInFile(r)) return r.internalRedirect("@too_large");
  const body = r.requestBuffer;
  const json = r.variables.is_infer === "1" ? r.variables.json_length : "";
  const size = body === undefined ? 0 : json ? Math.min(Number(json), body.length) : body.length;
  const problem = body === undefined ? undefined : jsonProblem(body, size);
  if (problem === undefined) return r.internalRedirect("@triton");
  r.headersOut["Content-Type"] = "application/json";
  return r.return(400, JSON.stringify({ error: problem }));
}

function grpc(r) {
  if (isInFile(r)) return r.internalRedirect("@too_large");
  const body = r.requestBuffer;
  const problem = body === undefined ? undefined : messageProblem(body, body.length);
  if (problem === undefined) return r.internalRedirect("@triton");
  r.variables.refusal = problem;
  return r.internalRedirect("@refused");
}

export default { http, grpc, jsonProblem, messageProblem };
