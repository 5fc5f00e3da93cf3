// The page's package, in the folder beside its script.
import type { LoadOptions, ModelBase, Prediction } from "../../../runtime/types.js";

export declare function load(options?: LoadOptions): Promise<ModelBase & { predict(input: unknown): Promise<Prediction> }>;
