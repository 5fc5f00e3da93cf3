// The Worker's entry.
import { createEngineSync } from "./engine.js";
import { first, full } from "./modules.js";
import { service } from "./service.js";

export default service({ create: createEngineSync, first, full });
