import type { Draft } from './record.js';

/** A record that a database alone cannot make: what it says is signed. */
export async function signedDraft(
  kind: 'opened' | 'closed' | 'retired',
  said: Readonly<Record<string, unknown>>,
  signer: { sign(text: string): Promise<string> },
): Promise<Draft> {
  return { kind, at: Date.now(), said: { ...said, signature: await signer.sign(signedText(kind, said)) } };
}

/** What is signed: kind and content, without the time, which the chain may move. */
function signedText(kind: string, said: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ kind, ...said });
}
