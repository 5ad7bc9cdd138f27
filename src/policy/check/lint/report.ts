import type { Bundle, RoleLink } from '../../bundle/bundle.js';
import type { Position } from '../../bundle/problems.js';
import type { Finding } from '../finding.js';

/** What a finding is about: a rule, a role link, or a place in a file. */
type Subject = { readonly id: string } | RoleLink | Position;

/** Gathers the findings of lint, each with the file and line of what it is about. */
export class Report {
  readonly findings: Finding[] = [];

  constructor(private readonly source: Bundle['source']) {}

  /** What is so likely a mistake, and opens so much, that the bundle must not take effect. */
  error(check: string, about: Subject, message: string): void {
    this.add('error', check, about, message);
  }

  warn(check: string, about: Subject, message: string): void {
    this.add('warning', check, about, message);
  }

  /** A warning of the bundle as a whole. */
  whole(check: string, message: string): void {
    this.warn(check, { file: '', line: 0 }, message);
  }

  private add(severity: Finding['severity'], check: string, about: Subject, message: string): void {
    const { file, line } = this.placeOf(about);
    const name = 'id' in about ? `${about.id} ` : '';
    this.findings.push({ severity, check, file, line, message: `${name}${message}` });
  }

  private placeOf(about: Subject): Position {
    if ('file' in about) return about;
    return ('id' in about ? this.source.ruleAt.get(about.id) : this.source.roleLinkAt.get(about))!;
  }
}
