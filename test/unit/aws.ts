/** What AWS answers in the tests, in the words of Pulumi's provider for it. In: a call. Out: the answer; undefined for what is no
 *  call to AWS. A test changes answers by `changeAws`, for itself alone. */
import { onTestFinished } from "vitest";

export const ACCOUNT = "123456789012";
export const REGION = "eu-central-1";
export const TOKEN = "token-of-12-hours";
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_ml_0123/ada`;

type Answer = (inputs: Record<string, string>) => object;

const ANSWERS: Readonly<Record<string, Answer>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: ACCOUNT, arn: SESSION }),
  "aws:ecr/getRepositories:getRepositories": () => ({ names: [] }),
  "aws:ecr/getRepository:getRepository": () => ({ encryptionConfigurations: [{ encryptionType: "AES256" }] }),
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": () => ({ userName: "AWS", password: TOKEN }),
  "aws:eks/getCluster:getCluster": ({ name, region = REGION }) => ({
    arn: `arn:aws:eks:${region}:${ACCOUNT}:cluster/${name}`,
    endpoint: "https://0123.gr7.eu-central-1.eks.amazonaws.com",
    status: "ACTIVE",
    certificateAuthorities: [{ data: "Q0E=" }],
  }),
};

let answers = ANSWERS;

/** A call that fails throws. */
export function changeAws(changed: Readonly<Record<string, Answer>>): void {
  const tokens = Object.entries(changed).map(([name, answer]): [string, Answer] => {
    const token = Object.keys(ANSWERS).find((known) => known.endsWith(`:${name}`));
    if (token === undefined) throw new Error(`no call to AWS is called ${name}`);
    return [token, answer];
  });
  answers = { ...answers, ...Object.fromEntries(tokens) };
  onTestFinished(() => {
    answers = ANSWERS;
  });
}

export const awsAnswer = (token: string, inputs: Record<string, string>): object | undefined =>
  answers[token]?.(inputs);
