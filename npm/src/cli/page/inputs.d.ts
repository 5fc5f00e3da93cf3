// The module `inputs.js` is generated for each page: what its form asks for.
import type { InputCard } from "../../assemble/card.js";
import type { TensorSpec } from "../../runtime/types.js";

export declare const inputs: readonly (TensorSpec & { card: InputCard })[];
