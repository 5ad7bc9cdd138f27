import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { check, node, openTab, panel, picture } from './driver.mjs';
import { seedGovernance } from './seed-governance.mjs';

/** Who governs what in the explorer: an analyst who asks, a steward who decides, an administrator who looks at the policy. */
export async function driveGovernance(browser, service) {
  const { analystToken } = service;
  const { stewardToken, keepersId } = await seedGovernance(service);
  const at = (search) => `${service.url}/${search}`;
  const keepers = (tab) => at(`?asset=${keepersId}&tab=${tab}`);
  const enter = async (token, search, options) => {
    const tab = await openTab(browser, options);
    await tab.page.goto(`${at(search)}#token=${token}`);
    return tab;
  };
  const analyst = await enter(analystToken, `?asset=${keepersId}`, { colorScheme: 'dark' });
  const steward = await enter(stewardToken, '');
  await readAsAnalyst(analyst.page, keepers);
  await askAsAnalyst(analyst.page, keepers);
  await decideAsSteward(steward.page, at);
  await check('whoever asked sees what came of it, and may do it', async () => {
    await analyst.page.goto(keepers('access'));
    const write = panel(analyst.page).locator('.answer', { hasText: /^write/ });
    await write.getByText('yes').waitFor();
    await write.getByText('allowed by GRANT-1').waitFor();
    await panel(analyst.page).getByText('Granted by user:sam.steward: as agreed').waitFor();
    await analyst.page.screenshot({ path: picture('granted') });
  });
  await giveBack(analyst.page, keepers);
  await classifyAsSteward(steward.page, keepers, keepersId);
  await readPolicy(browser, { ...service, analyst: analyst.page, enter, at });
  await check('the console stayed silent for analyst and steward', () =>
    assert.deepEqual([...analyst.problems, ...steward.problems], []),
  );
}

async function readAsAnalyst(page, keepers) {
  await check('columns tell their classifications, and which of them the reader gets masked', async () => {
    await page.goto(keepers('columns'));
    const column = (name) => panel(page).locator('.columns li', { hasText: new RegExp(`^${name}`) });
    await column('mail').getByText('masked').first().waitFor();
    await column('name').getByText('masked').first().waitFor();
    assert.equal(await column('id').getByText('masked').count(), 0);
    await column('mail')
      .getByRole('button', { name: /^pii\.email/ })
      .waitFor();
    await panel(page).getByText('You see only rows where').waitFor();
    await page.screenshot({ path: picture('masked') });
  });
  await check('rows are shown as the reader gets them', async () => {
    await panel(page).getByRole('tab', { name: 'Rows' }).click();
    const table = panel(page).getByRole('region', { name: 'Rows of keepers.csv' });
    await table.getByText('REDACTED').first().waitFor();
    assert.equal(await table.locator('tbody tr').count(), 2);
    assert.ok(!(await page.content()).includes('@station.example'), 'no mail address is in the page');
    await page.screenshot({ path: picture('rows') });
  });
}

async function askAsAnalyst(page, keepers) {
  await check('the page of an asset tells what the reader may do, and why not', async () => {
    await page.goto(keepers('access'));
    const answer = (action) => panel(page).locator('.answer', { hasText: new RegExp(`^${action}`) });
    await answer('read').getByText('yes').waitFor();
    await answer('write').getByText('no', { exact: true }).waitFor();
    await answer('train').getByText('NO-TRAINING-ON-PEOPLE').first().waitFor();
    await panel(page).getByText('no grant changes that').waitFor();
    assert.equal(await panel(page).getByRole('checkbox', { name: 'train' }).count(), 0);
  });
  await check('access is asked for by the keyboard alone', async () => {
    await panel(page).getByRole('checkbox', { name: 'write' }).focus();
    await page.keyboard.press('Space');
    await panel(page).getByLabel('Why you need it').focus();
    await page.keyboard.type('To correct misspelt names');
    await page.screenshot({ path: picture('asking') });
    await page.keyboard.press('Enter');
    await panel(page).getByRole('status').getByText('It is asked.').waitFor();
    await panel(page).getByRole('listitem', { name: 'Request GRANT-1' }).getByText('open').waitFor();
  });
}

async function decideAsSteward(page, at) {
  await check('a steward sees how much waits, and approves with a reason', async () => {
    await page.goto(at('?q=keepers'));
    const link = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: /^Access/ });
    await link.getByText('2').first().waitFor();
    assert.equal(await page.getByRole('link', { name: 'Policy' }).count(), 0);
    await link.click();
    await page.getByRole('listitem', { name: 'Emergency EMERGENCY-1' }).waitFor();
    const request = page.getByRole('listitem', { name: 'Request GRANT-1' });
    await request.getByText('To correct misspelt names').waitFor();
    await page.screenshot({ path: picture('waiting') });
    assert.ok(await request.getByRole('button', { name: 'Approve' }).isDisabled());
    await request.getByLabel('What you decide, and why').fill('as agreed');
    await request.getByRole('button', { name: 'Approve' }).click();
    await request.waitFor({ state: 'detached' });
    await link.getByText('1').first().waitFor();
  });
  await check('a steward reviews an emergency that has ended', async () => {
    const emergency = page.getByRole('listitem', { name: 'Emergency EMERGENCY-1' });
    await emergency.getByText('The nightly payroll run fails').waitFor();
    await emergency.getByLabel('What you think of what was done').fill('one table was read, as it had to be');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing waits for you').waitFor();
    await page.getByRole('link', { name: 'All that you see' }).click();
    assert.match(page.url(), /page=access&list=all/);
    await page.getByText('Reviewed by user:sam.steward: one table was read').waitFor();
    await page.screenshot({ path: picture('access') });
  });
}

async function giveBack(page, keepers) {
  await check('what was granted is given back', async () => {
    await page.goto(keepers('access'));
    const request = panel(page).getByRole('listitem', { name: 'Request GRANT-1' });
    await request.getByRole('button', { name: 'Give it back' }).click();
    await request.getByLabel('Why it ends now').fill('done');
    await page.keyboard.press('Enter');
    await request.getByText('revoked', { exact: true }).waitFor();
    await panel(page)
      .locator('.answer', { hasText: /^write/ })
      .getByText('no', { exact: true })
      .waitFor();
  });
}

async function classifyAsSteward(page, keepers, keepersId) {
  await check('a classification tells how it came, and a steward confirms what a scanner says', async () => {
    await page.goto(keepers('columns'));
    const mail = panel(page).locator('.columns li', { hasText: /^mail/ });
    await mail.getByRole('button', { name: /^pii\.email \d+ %/ }).click();
    await mail.getByText('Scanner email').waitFor();
    await mail.getByText('nobody has confirmed it').waitFor();
    assert.match(page.url(), /tag=pii\.email&tagged=mail/);
    await page.screenshot({ path: picture('scanner') });
    await mail.getByLabel('What you say of it, and why').fill('they are mail addresses');
    await mail.getByRole('button', { name: 'Confirm' }).click();
    await mail.getByText('confirmed by user:sam.steward').waitFor();
    await mail.getByText('they are mail addresses').waitFor();
  });
  await check('one that flowed tells its way', async () => {
    await page.goto(keepers('overview'));
    await node(page, 'mailing/keepers').click();
    const tag = panel(page).getByRole('button', { name: /^pii\.email/ });
    await tag.click();
    await panel(page).getByRole('link', { name: 'address' }).click();
    const way = panel(page).locator('.way');
    await way.getByText('by mailing.keepers').waitFor();
    assert.deepEqual(await way.getByRole('link').allTextContents(), ['keepers', 'mailing/keepers']);
    await page.screenshot({ path: picture('way') });
    await way.getByRole('link', { name: 'keepers', exact: true }).click();
    await page.waitForURL((url) => url.searchParams.get('asset') === keepersId);
  });
}

async function readPolicy(browser, { adminToken, policyDir, analyst, enter, at }) {
  await check('who does not administer the policy is told so', async () => {
    await analyst.goto(at('?page=policy'));
    await analyst.getByText('This page is for those who administer the policy').waitFor();
    await analyst.screenshot({ path: picture('no-policy') });
  });
  const { page, problems } = await enter(adminToken, '?page=access');
  await check('who does sees the version that answers, and what was refused with file and line', async () => {
    writeFileSync(
      path.join(policyDir, 'mistaken.csv'),
      'g, user:eve, role:raeder, field, -, -\np, R-1, role:reader, nowhere, **, raed, *, -, allow\n',
    );
    await page.getByRole('link', { name: 'Policy' }).click();
    await page.getByText('The replica that you asked answers by it.').waitFor();
    const refused = page.getByRole('region', { name: 'Refused last' });
    for (let tries = 0; tries < 30 && (await refused.count()) === 0; tries += 1) {
      await page.waitForTimeout(500);
      await page.reload();
      await page.getByText('The replica that you asked').waitFor();
    }
    await refused.getByText('mistaken.csv, line 2').first().waitFor();
    await refused.getByText('goes on answering').waitFor();
    await page.screenshot({ path: picture('policy'), fullPage: true });
  });
  await check('the console stayed silent on the policy page', () => assert.deepEqual(problems, []));
}
