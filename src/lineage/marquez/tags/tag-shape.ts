/** Source: Marquez's `Tag`. */
export interface TagShape {
  readonly name: string;
  readonly description: null;
}

export function tagShape(name: string): TagShape {
  return { name, description: null };
}
