/** The look into bodies, as plain JavaScript; in the real njs it is the serving tests' affair. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHECK_SOURCE } from "../../../components/kubernetes/gateway/container";

interface Check {
  jsonProblem(bytes: Buffer, size: number): string | undefined;
  messageProblem(bytes: Buffer, size: number): string | undefined;
}
const check = new Function(CHECK_SOURCE.replace("export default", "return"))() as Check;
const json = (text: string) => {
  const bytes = Buffer.from(text);
  return check.jsonProblem(bytes, bytes.length);
};
/** Each with its length before it. */
const elements = (texts: readonly (string | Uint8Array)[]) =>
  Buffer.concat(
    texts.flatMap((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.from(text).length);
      return [length, Buffer.from(text)];
    }),
  );
const CUT = /ends in the middle of an element/;
/** A tensor without its last bytes, which are fewer than its last text has with its length. */
const cutElements = fc
  .array(fc.uint8Array({ minLength: 8, maxLength: 300 }), { minLength: 1 })
  .chain((texts) => fc.integer({ min: 1, max: 11 }).map((lacks) => elements(texts).subarray(0, -lacks)));
const outputs = (key: string) => `{"outputs":[{"name":"predicts","parameters":{${key}:1}}]}`;

describe("JSON", () => {
  it("may be nested 32 deep, whatever stands in its texts", () => {
    expect(json("[".repeat(32))).toBeUndefined();
    expect(json(`${"[{".repeat(16)}[`)).toMatch(/deeper than 32/);
    for (const text of ["[", '"[', "\\", '\\"[', "{[\\\\"])
      expect(json(JSON.stringify({ data: [text.repeat(100), text] }))).toBeUndefined();
  });

  it("may be any that a client writes", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), (data) => {
        expect(json(JSON.stringify({ inputs: [{ data }] }))).toBeUndefined();
        expect(json(`${JSON.stringify({ data })}${"[".repeat(40)}`)).toMatch(/deeper/);
      }),
    );
  });

  it("has no key classification, however it is written", () => {
    for (const key of ['"classification"', '"\\u0063lassification"', '"classificatio\\u006E"', '"classification" \n'])
      expect(json(outputs(key))).toMatch(/classification/);
    for (const key of ['"classifications"', '"\\u0064lassification"', '"binary_data_size"'])
      expect(json(outputs(key))).toBeUndefined();
    expect(json('{"data":["classification","\\"classification\\":"]}')).toBeUndefined();
  });

  it("costs no more than a bound, though it be all numbers, quotes or backslashes", () => {
    expect(json("1,".repeat(600_000))).toMatch(/too many/);
    expect(json('"",'.repeat(110_000))).toMatch(/too many/);
    expect(json(`"${"\\".repeat(1_000_000)}"`)).toMatch(/too many/);
  });

  it("ends where binary tensors begin", () => {
    const bytes = Buffer.from(`{}${"[".repeat(100)}`);
    expect(check.jsonProblem(bytes, 2)).toBeUndefined();
  });

  const behind = (datatype: string, tail: Buffer, end = "") => {
    const head = Buffer.from(`{"inputs":[{"name":"text_input","datatype" : "${datatype}","shape":[1]}]}${end}`);
    return check.jsonProblem(Buffer.concat([head, tail]), head.length);
  };

  it("has whole texts behind it", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), cutElements, (texts, cut) => {
        expect(behind("BYTES", elements(texts))).toBeUndefined();
        expect(behind("BYTES", cut)).toMatch(CUT);
      }),
    );
    expect(behind("BYTES", Buffer.alloc(4, 255))).toMatch(CUT);
    expect(behind("BYTES", Buffer.alloc(4, 255), '\u0000"')).toMatch(CUT);
  });

  it("says that they are texts, however it is written", () => {
    for (const datatype of [
      "BYTES",
      "\\u0042YTE\\u0053",
      "BYTES\\u0000",
      'FP32","datatype":"BYTES',
      'BYTES","datatype":"FP32',
    ])
      expect(behind(datatype, Buffer.alloc(7, 1))).toMatch(CUT);
    for (const datatype of ["FP32", "BYTE", "\\u0043YTES", 'FP32","id":"BYTES'])
      expect(behind(datatype, Buffer.alloc(7, 1))).toBeUndefined();
  });
});

describe("a protobuf message", () => {
  const field = (number: number, content: Buffer | string) => {
    const bytes = Buffer.from(content);
    const size = bytes.length;
    const length = size < 128 ? [size] : [128 + (size % 128), 128 + (Math.floor(size / 128) % 128), size >> 14];
    return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), bytes]);
  };
  const frame = (...parts: Buffer[]) => Buffer.concat([Buffer.from([0, 0, 0, 0, 0]), ...parts]);
  const told = (bytes: Buffer) => check.messageProblem(bytes, bytes.length);
  const output = (key: string) => field(6, Buffer.concat([field(1, "predicts"), field(2, field(1, key))]));

  it("asks for no classification of an output", () => {
    expect(told(frame(field(1, "sentiment"), field(7, "text"), output("classification")))).toMatch(/classification/);
    expect(told(frame(field(1, "classification"), field(7, "classification"), output("binary_data")))).toBeUndefined();
  });

  it("is recognised by longer numbers too, and behind fields of other kinds", () => {
    const inner = Buffer.concat([field(2, field(1, "classification"))]);
    const long = Buffer.concat([Buffer.from([0xb2, 0x00, inner.length]), inner]);
    expect(told(frame(Buffer.from([0x48, 0x96, 0x01]), long))).toMatch(/classification/);
    const beyond32Bits = Buffer.concat([Buffer.from([0xb2, 0x80, 0x80, 0x80, 0x10, inner.length]), inner]);
    expect(told(frame(beyond32Bits))).toMatch(/classification/);
  });

  const input = (...datatypes: string[]) =>
    field(
      5,
      Buffer.concat([field(1, "text_input"), ...datatypes.map((one) => field(2, one)), field(3, "\u0001\u0001")]),
    );

  it("has whole texts, in contents before or behind their input", () => {
    fc.assert(
      fc.property(cutElements, fc.array(fc.uint8Array()), (cut, texts) => {
        const good = elements(texts);
        expect(told(frame(input("BYTES"), field(7, good)))).toBeUndefined();
        expect(told(frame(input("BYTES"), field(7, cut)))).toMatch(CUT);
        expect(told(frame(field(7, cut), input("BYTES")))).toMatch(CUT);
        expect(told(frame(input("INT64"), input("BYTES"), field(7, cut), field(7, good)))).toBeUndefined();
        expect(told(frame(input("INT64"), input("BYTES"), field(7, good), field(7, cut)))).toMatch(CUT);
      }),
    );
  });

  it("has texts in an input whose last datatype begins with BYTES, as Triton reads it", () => {
    const cut = field(7, Buffer.alloc(7, 1));
    for (const one of [input("BYTES\u0000"), input("FP32", "BYTES")]) expect(told(frame(one, cut))).toMatch(CUT);
    for (const one of [input("FP32"), input("BYTES", "FP32"), input()]) expect(told(frame(one, cut))).toBeUndefined();
  });

  it("is judged as far as it can be read", () => {
    const cut = [input("BYTES"), field(7, Buffer.alloc(7, 1))];
    expect(told(frame(...cut, Buffer.from([0x3a, 99])))).toMatch(CUT);
  });

  it("is not compressed, has no end of fields, and may be broken", () => {
    expect(told(Buffer.from([1, 0, 0, 0, 0]))).toMatch(/compressed/);
    expect(told(frame(Buffer.alloc(20_000, Buffer.from([0x48, 0x01]))))).toMatch(/too many/);
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void told(frame(Buffer.from(bytes)))));
  });
});
