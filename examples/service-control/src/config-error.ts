/** A configuration that can't be used; every line of the message names the file and the field. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
