import { ts } from "ts-morph";

/**
 * A generated module as JavaScript, for those who run it without a build. `rename` is asked what to import in place of
 * each module that the text imports.
 */
export function transpileTypeScript(text: string, rename: (specifier: string) => string): string {
  const renameImports: ts.TransformerFactory<ts.SourceFile> = (context) => {
    const { factory } = context;
    const renamed = (statement: ts.Statement): ts.Statement => {
      if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier))
        return statement;
      const { modifiers, importClause, moduleSpecifier, attributes } = statement;
      const specifier = factory.createStringLiteral(rename(moduleSpecifier.text));
      return factory.updateImportDeclaration(statement, modifiers, importClause, specifier, attributes);
    };
    // Schema modules are imported when they are asked for.
    const visit = (node: ts.Node): ts.Node => {
      const [specifier] = ts.isCallExpression(node) ? node.arguments : [];
      if (ts.isCallExpression(node) && isImport(node) && specifier && ts.isStringLiteral(specifier)) {
        const renamedSpecifier = factory.createStringLiteral(rename(specifier.text));
        return factory.updateCallExpression(node, node.expression, undefined, [renamedSpecifier]);
      }
      return ts.visitEachChild(node, visit, context);
    };
    return (file) =>
      ts.visitEachChild(factory.updateSourceFile(file, file.statements.map(renamed)), visit, context);
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

function isImport(call: ts.CallExpression): boolean {
  return call.expression.kind === ts.SyntaxKind.ImportKeyword;
}
