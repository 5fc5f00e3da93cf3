import type { Description as AnyDescription, TensorSpec } from "../runtime/types.js";

/** The parts of a model card that a package shows; docs/ARCHITECTURE.md describes all of it. */
export interface Card {
  license?: string;
  inputs?: Record<string, InputCard>;
  outputs?: Record<string, { description?: string }>;
}

export interface InputCard {
  description?: string;
  image?: ImageCard;
  features?: Feature[];
  allow_nan?: boolean;
}

export interface ImageCard {
  width: number;
  height: number;
  color?: string;
}

export interface Feature {
  name: string;
  unit?: string;
  description?: string;
  min?: number;
  max?: number;
  default?: number | string | boolean;
}

/** What a model says about itself, with its card's fields. */
export interface Description extends Omit<AnyDescription, "card"> {
  card: Card;
}

/** The first output whose classes have names: the one that `top` ranks. */
export function labelled({ outputs }: Description): TensorSpec | undefined {
  return outputs.find(({ labels }) => labels);
}

/** What the card says of an input. */
export function inputCard({ card }: Description, name: string): InputCard {
  return card.inputs?.[name] ?? {};
}
