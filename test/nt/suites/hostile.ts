import { hostileSuite } from "../../hostile-suite.js";
import { HostileSystem } from "../../hostile-system.js";

// What the server still holds is told by the stand-in for the kernel, when it ends.
hostileSuite((options) => HostileSystem.start(options, () => () => []));
