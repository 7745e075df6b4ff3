import { ts } from "ts-morph";

/**
 * A generated module as JavaScript, for those who run it without a build. `rename` is asked what to import in place of
 * each module that the text imports.
 */
export function transpileTypeScript(text: string, rename: (specifier: string) => string): string {
  const renameImports: ts.TransformerFactory<ts.SourceFile> = ({ factory }) => {
    const renamed = (statement: ts.Statement): ts.Statement => {
      if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier))
        return statement;
      const { modifiers, importClause, moduleSpecifier, attributes } = statement;
      const specifier = factory.createStringLiteral(rename(moduleSpecifier.text));
      return factory.updateImportDeclaration(statement, modifiers, importClause, specifier, attributes);
    };
    return (file) => factory.updateSourceFile(file, file.statements.map(renamed));
  };
  return ts.transpileModule(text, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    },
    transformers: { after: [renameImports] },
  }).outputText;
}
