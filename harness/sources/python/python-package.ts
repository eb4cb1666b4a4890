/** An engine that is a Python package, and how its environments are made. */
export interface PythonPackage {
  /** The source's name. */
  readonly source: string
  /** What PyPI calls the package. */
  readonly distribution: string
  /** What Python imports. */
  readonly module: string
  /**
   * Folder with `requirements.in`, in which `{version}` stands for a version, with the `requirements-VERSION.txt` that
   * uv made of it, and with `overrides.txt` where a requirement of the package's own has to give way.
   */
  readonly folder: string
  /** Variable that names an interpreter of the user's own. */
  readonly variable: string
  /** Python code that prints the version; without importing the package where that takes long. */
  readonly printVersion: string
  /** Versions of Python that it takes, as uv has it. */
  readonly pythons?: string
  /** The version that is meant where none is named: the newest that is pinned where nothing is said. */
  readonly preferred?: string
}
