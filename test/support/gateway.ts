import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startTestCairn, type TestCairn } from './cairn.js';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A service with the repository `birds`, and its S3 gateway as an administrator's client sees it. */
export class GatewayUnderTest {
  /** Of the administrator. */
  s3!: S3Client;
  keys!: Keys;

  private constructor(readonly cairn: TestCairn) {}

  static async start(): Promise<GatewayUnderTest> {
    const gateway = new GatewayUnderTest(await startTestCairn());
    gateway.keys = await gateway.accessKey();
    gateway.connect();
    await gateway.repository('birds');
    return gateway;
  }

  stop(): Promise<void> {
    return this.cairn.stop();
  }

  /** After the service began anew, elsewhere. */
  connect(): void {
    this.s3 = this.client(this.keys);
  }

  /** @param token the administrator's by default */
  async accessKey(token?: string): Promise<Keys> {
    const { createAccessKey } = await this.cairn.ask(
      'mutation { createAccessKey(input: { label: "test" }) { secret accessKey { id } } }',
      {},
      token,
    );
    return { accessKeyId: createAccessKey.accessKey.id, secretAccessKey: createAccessKey.secret };
  }

  client(credentials: Keys, options: object = {}): S3Client {
    return new S3Client({
      ...{
        endpoint: this.cairn.s3Url,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials,
        maxAttempts: 1,
      },
      ...options,
    });
  }

  async repository(name: string, namespace = 'research/penguins'): Promise<void> {
    await this.cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
      i: { name, kind: 'dataset', namespace },
    });
  }

  /** Puts an object into `birds`. @returns its ETag */
  async put(key: string, body: string | Uint8Array, more: object = {}): Promise<string> {
    const { ETag } = await this.s3.send(
      new PutObjectCommand({ Bucket: 'birds', Key: key, Body: body, ...more }),
    );
    return ETag!;
  }

  /** An object of `birds`, as text. */
  async get(key: string, more: object = {}): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: 'birds', Key: key, ...more }));
    return Body!.transformToString();
  }

  /** Commits what is staged. @returns the commit's id */
  async commitStaged(branch: string, name = 'birds'): Promise<string> {
    const { commitStaged: started } = await this.cairn.ask(
      'mutation($i: CommitStagedInput!) { commitStaged(input: $i) { id } }',
      { i: { repository: name, branch, message: 'staged' } },
    );
    const { operation } = await this.cairn.ask(
      'query($id: ID!) { operation(id: $id, waitSeconds: 20) { state result } }',
      { id: started.id },
    );
    if (operation.state !== 'succeeded') throw new Error(`the commit ${operation.state}`);
    return operation.result.commitId;
  }
}

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** The name and status of the refusal. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: { name: string; $metadata: { httpStatusCode: number } }) => thrown,
  );
  if (error === undefined) throw new Error('it was not refused');
  return `${error.$metadata?.httpStatusCode} ${error.name}`;
}
