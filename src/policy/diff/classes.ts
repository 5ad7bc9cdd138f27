import { pushTo } from '../bundle/ancestry.js';
import type { Bundle } from '../bundle/bundle.js';
import { isGroup, isRole } from '../bundle/names.js';
import { rulesOf } from '../bundle/rules.js';
import { roleLinkText } from '../cases/line-text.js';
import type { PolicyContext } from '../condition/attributes.js';
import { ANY } from '../vocabulary.js';
import type { LineChange } from './line-changes.js';

/** Somebody who may gain or lose. */
export interface Candidate {
  /** As it is shown: a subject, `group:NAME` for who is a member of it and nothing else, `*` for who is named nowhere. */
  readonly label: string;
  readonly subject: string;
  readonly groups: readonly string[];
  readonly context: Omit<PolicyContext, 'now'>;
}

/** Those about whom both policies say the same, so that one of them is asked for all. */
export interface CandidateClass {
  readonly one: Candidate;
  readonly labels: readonly string[];
}

/** A subject that no policy can name. */
const NOBODY = 'user:?';

/** Everybody whom the bundles name and who is not known otherwise, members of each group, and who is named nowhere. */
export function namedCandidates(
  bundles: readonly Bundle[],
  known: readonly Candidate[],
  context: Candidate['context'],
): readonly Candidate[] {
  const present = new Set(known.map(({ label }) => label));
  const names = bundles.flatMap((bundle) => [
    ...rulesOf(bundle).map(({ subject }) => subject),
    ...bundle.roleLinks.map(({ member }) => member),
  ]);
  return [...new Set([...names.sort(), ANY])]
    .filter((name) => !isRole(name) && !present.has(name))
    .map((name) =>
      isGroup(name) || name === ANY
        ? { label: name, subject: NOBODY, groups: name === ANY ? [] : [name], context }
        : { label: name, subject: name, groups: [], context },
    );
}

/** Puts together whom both policies treat alike. Whom no changed line can be about is left out. */
export function affectedClasses(
  bundles: readonly Bundle[],
  changes: readonly LineChange[],
  candidates: readonly Candidate[],
): readonly CandidateClass[] {
  const linksOf = new Map<string, string[]>();
  const rolesOf = new Map<string, string[]>();
  for (const [index, { roleLinks }] of bundles.entries()) {
    for (const link of roleLinks) {
      pushTo(linksOf, link.member, `${index} ${roleLinkText(link)}`);
      pushTo(rolesOf, link.member, link.role);
    }
  }
  const named = new Set(bundles.flatMap((bundle) => rulesOf(bundle).map(({ subject }) => subject)));
  const isAboutAll = changes.some(({ subjects }) => subjects === undefined || subjects.includes(ANY));
  const touched = new Set(changes.flatMap(({ subjects }) => subjects ?? []));
  const isTouched = ({ subject, groups }: Candidate): boolean => {
    const counted = new Set([subject, ...groups]);
    for (const name of counted) {
      if (touched.has(name)) return true;
      for (const role of rolesOf.get(name) ?? []) counted.add(role);
    }
    return false;
  };
  const classes = new Map<string, { one: Candidate; labels: string[] }>();
  for (const candidate of candidates) {
    if (!isAboutAll && !isTouched(candidate)) continue;
    const names = [candidate.subject, ...[...candidate.groups].sort()];
    const key = JSON.stringify([
      names.flatMap((name) => {
        const links = (linksOf.get(name) ?? []).map((text) => text.replace(name, '')).sort();
        return links.length === 0 && !named.has(name) ? [] : [[links, named.has(name) ? name : '']];
      }),
      Object.entries(candidate.context).sort(),
    ]);
    const present = classes.get(key);
    if (present === undefined) classes.set(key, { one: candidate, labels: [candidate.label] });
    else present.labels.push(candidate.label);
  }
  return [...classes.values()];
}
