import { describe, expect, it } from 'vitest';
import css from './cairn.css?raw';

const [light, dark] = css.split('@media (prefers-color-scheme: dark)') as [string, string];
const SCHEMES = { light: coloursOf(light), dark: new Map([...coloursOf(light), ...coloursOf(dark)]) };

/** Every colour of text, with the surfaces that it stands on. */
const PAIRS = [
  ...['bg', 'surface', 'raised'].flatMap((on) => [
    ['text', on],
    ['muted', on],
    ['accent', on],
    ['good', on],
    ['bad', on],
    ['warning', on],
  ]),
  ['on-accent', 'accent'],
  ['accent', 'accent-soft'],
  ['text', 'accent-soft'],
  ['good', 'good-soft'],
  ['bad', 'bad-soft'],
  ['warning', 'warning-soft'],
] as [string, string][];

describe.each(Object.entries(SCHEMES))('text in the %s scheme', (_, colours) => {
  it.each(PAIRS)('%s can be read on %s', (text, on) => {
    expect(contrast(colours.get(text)!, colours.get(on)!)).toBeGreaterThanOrEqual(4.5);
  });
});

function coloursOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]),
  );
}

/** Source: WCAG 2.2, contrast ratio and relative luminance. */
function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const channel = (at: number): number => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
