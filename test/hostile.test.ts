import { hostileSuite } from "./hostile-suite.js";
import { HostileSystem } from "./hostile-system.js";

hostileSuite((options) => HostileSystem.start(options));
