import { createRequire } from "node:module";
import type { ts } from "ts-morph";

/** The compiler takes longer to load than most interfaces to generate, so it is loaded when it is needed. */
function loadCompiler(): typeof ts {
  const tsMorph: typeof import("ts-morph") = createRequire(import.meta.url)("ts-morph");
  return tsMorph.ts;
}

/**
 * A generated module as JavaScript, for those who run it without a build. `rename` is asked what to import in place of
 * each module that the text imports.
 */
export function transpileTypeScript(text: string, rename: (specifier: string) => string): string {
  const compiler = loadCompiler();
  const renameImports: ts.TransformerFactory<ts.SourceFile> = (context) => {
    const { factory } = context;
    const renamed = (statement: ts.Statement): ts.Statement => {
      if (!compiler.isImportDeclaration(statement) || !compiler.isStringLiteral(statement.moduleSpecifier))
        return statement;
      const { modifiers, importClause, moduleSpecifier, attributes } = statement;
      const specifier = factory.createStringLiteral(rename(moduleSpecifier.text));
      return factory.updateImportDeclaration(statement, modifiers, importClause, specifier, attributes);
    };
    // Schema modules are imported when they are asked for.
    const visit = (node: ts.Node): ts.Node => {
      const [specifier] = compiler.isCallExpression(node) ? node.arguments : [];
      if (
        compiler.isCallExpression(node) &&
        isImport(compiler, node) &&
        specifier &&
        compiler.isStringLiteral(specifier)
      ) {
        const renamedSpecifier = factory.createStringLiteral(rename(specifier.text));
        return factory.updateCallExpression(node, node.expression, undefined, [renamedSpecifier]);
      }
      return compiler.visitEachChild(node, visit, context);
    };
    return (file) =>
      compiler.visitEachChild(factory.updateSourceFile(file, file.statements.map(renamed)), visit, context);
  };
  return compiler.transpileModule(text, {
    compilerOptions: {
      module: compiler.ModuleKind.ESNext,
      target: compiler.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    },
    transformers: { after: [renameImports] },
  }).outputText;
}

function isImport(compiler: typeof ts, call: ts.CallExpression): boolean {
  return call.expression.kind === compiler.SyntaxKind.ImportKeyword;
}
