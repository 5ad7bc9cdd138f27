import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const ARTIFACTS = path.resolve(import.meta.dirname, '../../.artifacts');
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** How long anything on a page may take. */
export const WAIT_MS = 15_000;

/** What follows a failed step would only fail for its sake. */
export class Stopped extends Error {}

/** All that were opened, for what is to be told of a failure. */
const tabs = [];
/** How many checks held. */
export const tally = { passed: 0, failed: 0 };

/** Does a step of the test, and stops the test where it fails. */
export async function check(what, work) {
  try {
    await work();
    tally.passed += 1;
    console.log(`ok      ${what}`);
  } catch (error) {
    tally.failed += 1;
    console.log(`FAILED  ${what}\n${error.stack}`);
    for (const [at, { page, problems }] of tabs.entries()) {
      await page.screenshot({ path: picture(`failed-${at + 1}`) });
      for (const problem of problems) console.log(`tab ${at + 1}: ${problem}`);
    }
    throw new Stopped(`stopped after: ${what}`);
  }
}

/** Where a picture for people goes. */
export function picture(name) {
  mkdirSync(ARTIFACTS, { recursive: true });
  return path.join(ARTIFACTS, `explorer-${name}.png`);
}

/** Debian's Chromium, without a window. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: FLAGS,
  });
}

/** A tab of its own session that remembers what went wrong in its console. */
export async function openTab(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 860 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);

  const problems = [];
  page.on(
    'console',
    (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()),
  );
  page.on('pageerror', (error) => problems.push(String(error)));
  tabs.push({ page, problems });
  return { page, problems };
}

/** A node of the graph, by its whole name. */
export const node = (page, name) => {
  const exact = name.replaceAll('.', '\\.');
  return page.getByRole('button', { name: new RegExp(`^${exact} \\S+, \\w+$|, \\w+ ${exact}$`) });
};

/** The panel about an asset. */
export const panel = (page) => page.getByRole('complementary');
