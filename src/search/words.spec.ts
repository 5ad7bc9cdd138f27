import { describe, expect, it } from '@jest/globals';
import { highlight } from './highlight.js';
import { termsOf, wordsOf } from './words.js';

describe('words of a name', () => {
  it.each([
    ['shop.raw_orderItems', ['shop', 'raw', 'order', 'items', 'orderitems']],
    ['/srv/shop/raw/orders.csv', ['srv', 'shop', 'raw', 'orders', 'csv']],
    ['HTTPServer2Log', ['http', 'server2', 'log', 'httpserver2log']],
    ['Bücher/日本 🙂 job', ['bücher', '日本', 'job']],
    ['---', []],
  ])('%s', (name, words) => expect(wordsOf(name)).toEqual(words));

  it('of a query are at most ten', () => {
    expect(termsOf('orderItems raw')).toEqual(['order', 'items', 'raw']);
    expect(termsOf('a b c d e f g h i j k l')).toHaveLength(10);
  });
});

describe('highlight', () => {
  it.each([
    ['orders', ['shop.raw_orders'], 'shop.raw_«orders»'],
    ['ORDERS'.toLowerCase(), ['Orders and orders'], '«Orders» and «orders»'],
    ['email', ['orders', 'id email'], 'id «email»'],
    ['none', ['orders', 'id'], 'orders'],
  ])('of %s in %j', (term, texts, expected) => expect(highlight(texts, [term])).toBe(expected));

  it('shows the surroundings of a find in a long text, and no more', () => {
    const shown = highlight([`${'before '.repeat(100)}needle ${'after '.repeat(100)}`], ['needle']);
    expect(shown).toMatch(/^… before .*«needle» after .* …$/);
    expect(shown.length).toBeLessThan(140);
  });
});
