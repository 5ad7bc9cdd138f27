import { ApiException } from '@kubernetes/client-node';
import { describe, expect, it } from '@jest/globals';
import { refusalOf } from './refusal.js';

const refused = (code: number, body: unknown) => new ApiException(code, '', JSON.stringify(body), {});
const by = (...causes: object[]) =>
  refused(422, { message: 'Job.batch "x" is invalid', details: { causes } });

describe('why a Job is taken by no API server', () => {
  it.each([
    [
      'by field and value',
      by({ field: 'spec.a', reason: 'FieldValueInvalid', message: 'Invalid value: "x": must be y' }),
      'spec.a: Invalid value: "x": must be y',
    ],
    [
      'by all fields',
      by({ field: 'a', message: 'Required value' }, { field: 'b', message: 'Too long' }),
      'a: Required value; b: Too long',
    ],
    ['by an unknown field', refused(400, { message: 'unknown field "spec.x"' }), 'unknown field "spec.x"'],
    ['without words', new ApiException(400, '', 'not JSON', {}), 'HTTP 400'],
  ])('is told %s', (_, error, expected) => expect(refusalOf(error)).toBe(expected));

  it('is told without the template, which holds credentials', () => {
    const message = 'Invalid value: core.PodTemplateSpec{Env:{Value:"cst_secret"}}: field is immutable';
    const error = by({ field: 'spec.template', reason: 'FieldValueInvalid', message });
    expect(refusalOf(error)).toBe('spec.template: FieldValueInvalid');
    expect(refusalOf(refused(422, { message }))).toBe('HTTP 422');
  });

  it.each([403, 404, 429, 500, 503])('is not what an answer %i says: it may change', (code) => {
    expect(refusalOf(refused(code, { message: 'exceeded quota' }))).toBeUndefined();
  });

  it('is not what a broken wire says', () => expect(refusalOf(new TypeError('x'))).toBeUndefined());
});
