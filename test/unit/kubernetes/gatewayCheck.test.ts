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
});

describe("a protobuf message", () => {
  const field = (number: number, content: Buffer | string) => {
    const bytes = Buffer.from(content);
    return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
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

  it("is not compressed, has no end of fields, and may be broken", () => {
    expect(told(Buffer.from([1, 0, 0, 0, 0]))).toMatch(/compressed/);
    expect(told(frame(Buffer.alloc(20_000, Buffer.from([0x48, 0x01]))))).toMatch(/too many/);
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void told(frame(Buffer.from(bytes)))));
  });
});
