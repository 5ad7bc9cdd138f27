const isTerminal = process.stdout.isTTY === true;
const style = (code) => (text) => (isTerminal ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = style(1);
export const dim = style(2);
export const green = style(32);
const red = style(31);

/** A line of what happened. */
export function say(text) {
  clear();
  console.log(`   ${text}`);
}

/** Something that is now true. @param isNew whether it was not before */
export function done(text, isNew = true) {
  say(isNew ? `${green('✓')} ${text}` : `${dim('·')} ${text} ${dim('(already there)')}`);
}

/** Something that was refused, as it should be. */
export function refused(text) {
  say(`${red('✗')} ${text}`);
}

/** Lines that belong to the one before. */
export function detail(text) {
  for (const line of text.split('\n')) say(`    ${dim(line)}`);
}

/** What is under way, until the next line; nothing when nobody watches. */
export function progress(text) {
  if (isTerminal) process.stdout.write(`\r\u001b[K   ${dim(`… ${text}`)}`);
}

function clear() {
  if (isTerminal) process.stdout.write('\r\u001b[K');
}

/** Plays steps one after the other, with their titles and times. @param steps `{title, play}`; `play` gets `context` and may add to it */
export async function playAll(steps, context) {
  const begun = performance.now();
  for (const [at, { title, play }] of steps.entries()) {
    console.log(`\n${bold(`${at + 1}  ${title}`)}`);
    const started = performance.now();
    await play(context);
    say(dim(`${((performance.now() - started) / 1000).toFixed(1)} s`));
  }
  console.log(`\n${bold('All of it')} took ${((performance.now() - begun) / 1000).toFixed(1)} s.`);
}

/**
 * Asks again until there is an answer.
 * @param attempt gives undefined as long as there is none
 * @param what is waited for, in the progress and in the error
 */
export async function until(what, attempt, { timeoutMs = 60_000, everyMs = 150 } = {}) {
  const started = performance.now();
  for (;;) {
    const answer = await attempt();
    if (answer !== undefined) return answer;
    const waitedMs = performance.now() - started;
    if (waitedMs > timeoutMs) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`);
    progress(`${what} (${(waitedMs / 1000).toFixed(0)} s)`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
