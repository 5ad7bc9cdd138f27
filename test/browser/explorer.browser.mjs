/** Drives the explorer in Chromium against a real service: `npm run build && npm run test:browser`. */
import assert from 'node:assert/strict';
import { check, launch, node, openTab, panel, picture, Stopped, tally, WAIT_MS } from './driver.mjs';
import { driveGovernance } from './governance.mjs';
import { seed } from './seed.mjs';
import { startService } from './service.mjs';

/** The search index follows the events a moment later; the answer comes by itself once it does. */
async function untilFound(page, query, name) {
  const deadline = Date.now() + WAIT_MS;
  while (Date.now() < deadline) {
    await page.getByRole('combobox').fill('');
    await page.getByRole('combobox').pressSequentially(query);
    const option = page.getByRole('option', { name });
    if (
      await option.waitFor({ timeout: 1500 }).then(
        () => true,
        () => false,
      )
    )
      return option;
  }
  throw new Error(`"${query}" suggests no ${name}`);
}

async function driveAsAdministrator(browser, { url, adminToken }) {
  const { page, problems } = await openTab(browser);
  await check('a token in the link signs in once and leaves the address bar', async () => {
    await page.goto(`${url}/#token=${adminToken}`);
    await page
      .getByText('user:admin')
      .or(page.getByText(/^(user|service):/))
      .first()
      .waitFor();
    assert.ok(!page.url().includes('token'), page.url());
  });
  await check('the search suggests as one types, and arrows and Enter open the graph', async () => {
    await page.getByRole('combobox').blur();
    await page.keyboard.press('/');
    await untilFound(page, 'pengu', /^penguins/);
    const names = await page.getByRole('option').locator('.suggestion-name').allTextContents();
    for (let step = names.indexOf('penguins'); step >= 0; step -= 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await node(page, 'penguins').waitFor();
    assert.match(page.url(), /[?]asset=[0-9a-f-]{36}$/);
  });
  await check(
    'the keyboard goes on in the page that came, into the details, and back to the node',
    async () => {
      const focused = (locator) => locator.evaluate((element) => element === document.activeElement);
      assert.ok(await focused(page.getByRole('main')));
      await node(page, 'survey.publish').focus();
      await page.keyboard.press('Enter');
      assert.ok(await focused(panel(page).getByRole('tab', { name: 'Overview' })));
      await page.keyboard.press('Escape');
      assert.ok(await focused(node(page, 'survey.publish')));
      await page.goBack();
      await page.goBack();
    },
  );
  await check('a node that the keyboard goes to comes into sight', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(page.url());
    await node(page, 'penguins').focus();
    const isInSight = async (locator) => {
      const { x, width } = await locator.boundingBox();
      return x >= 0 && x + width <= 360;
    };
    for (const name of ['survey.public.observations', 'features.penguins']) {
      assert.ok(!(await isInSight(node(page, name))));
      await node(page, name).focus();
      await page.waitForTimeout(500);
      assert.ok(await isInSight(node(page, name)));
    }
    await page.setViewportSize({ width: 1440, height: 860 });
    await page.goto(page.url());
  });
  await check(
    'the graph stands around the asset in both directions, sources left and uses right',
    async () => {
      for (const name of [
        'survey.publish',
        'survey.public.observations',
        'features.penguins',
        'features/penguins',
        'hr.public.salaries',
      ]) {
        await node(page, name).waitFor();
      }
      const left = async (name) => (await node(page, name).boundingBox()).x;
      assert.ok((await left('survey.public.observations')) < (await left('survey.publish')));
      assert.ok((await left('survey.publish')) < (await left('penguins')));
      assert.ok((await left('penguins')) < (await left('features.penguins')));
    },
  );
  await check('the details tell owner, tags, namespace and description', async () => {
    for (const text of ['user:pia.engineer', 'pii.location', 'field/palmer', 'Body measures'])
      await panel(page).getByText(text).first().waitFor();
  });
  await check('a node expands by its plus, also by what was out of the depth', async () => {
    assert.equal(await node(page, 'reports/species').count(), 0);
    await page.getByRole('button', { name: 'Show more downstream of features/penguins' }).click();
    await node(page, 'species_report').waitFor();
    await page.getByRole('button', { name: 'Show more downstream of species_report' }).click();
    await node(page, 'reports/species').waitFor();
    assert.match(page.url(), /expand=downstream/);
  });
  await check('back and forward undo and redo', async () => {
    await page.goBack();
    await node(page, 'reports/species').waitFor({ state: 'detached' });
    await page.goForward();
    await node(page, 'reports/species').waitFor();
  });
  await check('a column is followed through the graph', async () => {
    await panel(page).getByRole('tab', { name: 'Columns' }).click();
    await panel(page)
      .getByRole('button', { name: /^bill_length_mm/ })
      .click();
    await page.locator('.node-columns').getByText('bill_length', { exact: true }).waitFor();
    await page.locator('.react-flow__edge.is-on-trail').first().waitFor({ state: 'attached' });
    assert.ok((await page.locator('.node.is-dimmed').count()) > 0);
    await page.waitForTimeout(500); // the fit is animated, and the picture is for people
    await page.screenshot({ path: picture('graph') });
  });
  await check(
    'branches, tags, commits and the difference of two commits with columns and rows are shown',
    async () => {
      await panel(page).getByRole('tab', { name: 'Versions' }).click();
      for (const text of ['v1', 'clean', 'user:admin']) await panel(page).getByText(text).first().waitFor();
      await panel(page).locator('.commit-message', { hasText: 'Raw observations as published' }).waitFor();
      await panel(page).getByRole('button', { name: 'Show what changed' }).click();
      await panel(page).getByText('2 (−1) rows').waitFor();
      await panel(page).locator('.profile-change').getByText('year').waitFor();
      await page.screenshot({ path: picture('versions') });
    },
  );
  await check('a job shows its runs', async () => {
    await page.getByRole('button', { name: 'Fit View' }).click();
    await node(page, 'survey.publish').click();
    await panel(page).getByRole('tab', { name: 'Runs' }).click();
    await panel(page).getByText('complete').waitFor();
    await panel(page).getByText('· 4 min 0 s').waitFor();
  });
  await check('Escape closes the panel', async () => {
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
    assert.match(page.url(), /panel=closed/);
  });
  const link = page.url();
  await check('a deep link shows the same in a new tab of the session', async () => {
    const copy = await page.context().newPage();
    await copy.goto(`${link.replace('panel=closed', 'panel=open')}#token=${adminToken}`);
    await node(copy, 'reports/species').waitFor();
    await panel(copy).getByRole('tab', { name: 'Runs', selected: true }).waitFor();
    await copy.close();
  });
  await check('results are narrowed by kind, and walked by the arrow keys', async () => {
    await page.goto(`${url}/?q=penguins`);
    await page
      .getByRole('navigation', { name: 'Narrow the results' })
      .getByRole('link', { name: /^job/ })
      .click();
    assert.match(page.url(), /kind=job/);
    await page.locator('.result', { hasText: 'features.penguins' }).waitFor();
    // What was there before it was narrowed may still be shown.
    await page.locator('.result', { hasNotText: 'job' }).first().waitFor({ state: 'detached' });
    await page.getByRole('combobox').press('ArrowDown');
    assert.ok(
      await page
        .locator('.result')
        .first()
        .evaluate((element) => element === document.activeElement),
    );
    await page.screenshot({ path: picture('search') });
  });
  await check('an asset that is not there is told with what to do next', async () => {
    const before = problems.length;
    await page.goto(`${url}/?asset=00000000-0000-4000-8000-000000000000`);
    await page.getByRole('alert').getByText('Check the link').waitFor();
    assert.equal(problems.length, before);
  });
  await check('the console stayed silent', () => assert.deepEqual(problems, []));
  return link;
}

async function driveAsAnalyst(browser, { url, analystToken, link }) {
  const { page, problems } = await openTab(browser, { colorScheme: 'dark' });
  await check('who has no token is asked for one, and a wrong one is refused in words', async () => {
    await page.goto(url);
    await page.getByLabel('Token').fill('wrong-token-of-nobody');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    problems.splice(0); // the browser itself reports the 401
  });
  await check('an analyst signs in by the form', async () => {
    await page.getByLabel('Token').fill(analystToken);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('user:ana.analyst').waitFor();
    await page.locator('.result').first().waitFor();
    await page.screenshot({ path: picture('start') });
  });
  await check('what the analyst may not see is a hidden node, connected and without a name', async () => {
    await page.goto(link.replace('panel=closed', 'panel=open'));
    await node(page, 'survey.publish').waitFor();
    await page.locator('.node-hidden').getByText('Hidden').waitFor();
    assert.equal(await page.locator('.node-hidden').count(), 1);
    assert.ok(!(await page.content()).includes('salaries'), 'the hidden name is nowhere in the page');
    await page.getByText('1 hidden').waitFor();
    await page.waitForTimeout(500);
    await page.screenshot({ path: picture('hidden') });
  });
  await check('the search does not know it either', async () => {
    await page.goto(`${url}/?q=salaries`);
    await page.getByText('Nothing found for').waitFor();
  });
  await check('the console stayed silent for the analyst', () => assert.deepEqual(problems, []));
}

const service = await startService();
try {
  const { analystToken } = await seed(service);
  const browser = await launch();
  try {
    const link = await driveAsAdministrator(browser, service);
    await driveAsAnalyst(browser, { ...service, analystToken, link });
    await driveGovernance(browser, { ...service, analystToken });
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    await browser.close();
  }
} finally {
  await service.stop();
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;
