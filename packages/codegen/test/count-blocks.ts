import { ts } from "ts-morph";

/** The octets in which blocks count how often they ran, modulo 256; made on first use. */
export function blockCounters(): Uint8Array {
  const known: unknown = Reflect.get(globalThis, countersKey);
  if (known instanceof Uint8Array) return known;
  const counters = new Uint8Array(maxBlocks);
  Reflect.set(globalThis, countersKey, counters);
  return counters;
}

export interface CountedText {
  readonly text: string;
  /** The counter behind the last one that the text uses. */
  readonly end: number;
}

/**
 * A module (TypeScript or JavaScript) as JavaScript in which every function, branch, loop, case and operand that may be skipped
 * counts in `blockCounters`, from index `first`; what was skipped counts too where it has a place of its own (`else`). Functions
 * at the top that `isExported` names are exported. `rename` says what to import in place of each module.
 */
export function countBlocks(
  text: string,
  first: number,
  rename: (specifier: string) => string = (specifier) => specifier,
  isExported: (name: string) => boolean = () => false,
): CountedText {
  // What the text counts in is there before it runs.
  const { length } = blockCounters();
  let next = first;
  const exported: string[] = [];
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    },
    transformers: { after: [countAll] },
  });
  if (next > length) throw new RangeError(`${next} blocks, of at most ${length}`);
  const head = `const ${local} = globalThis[${JSON.stringify(countersKey)}];\n`;
  const tail = exported.length === 0 ? "" : `\nexport { ${exported.join(", ")} };\n`;
  return { text: head + outputText + tail, end: next };

  function countAll(context: ts.TransformationContext): ts.Transformer<ts.SourceFile> {
    const { factory } = context;
    const count = (): ts.Expression =>
      factory.createPostfixIncrement(
        factory.createElementAccessExpression(factory.createIdentifier(local), next++),
      );
    const counted = (expression: ts.Expression): ts.Expression =>
      factory.createParenthesizedExpression(factory.createComma(count(), expression));
    const block = (statement: ts.Statement | undefined): ts.Block => {
      const statements =
        statement === undefined ? [] : ts.isBlock(statement) ? statement.statements : [statement];
      return factory.createBlock([factory.createExpressionStatement(count()), ...statements], true);
    };
    const body = (given: ts.Block | undefined): ts.Block | undefined => given && block(given);

    const visit = (node: ts.Node): ts.Node => {
      const visited = ts.visitEachChild(node, visit, context);
      if (ts.isFunctionDeclaration(visited)) {
        const { modifiers, asteriskToken, name, parameters } = visited;
        if (name && modifiers === undefined && isExported(name.text)) exported.push(name.text);
        return factory.updateFunctionDeclaration(
          visited,
          modifiers,
          asteriskToken,
          name,
          undefined,
          parameters,
          undefined,
          body(visited.body),
        );
      }
      if (ts.isMethodDeclaration(visited)) {
        const { modifiers, asteriskToken, name, parameters } = visited;
        return factory.updateMethodDeclaration(
          visited,
          modifiers,
          asteriskToken,
          name,
          undefined,
          undefined,
          parameters,
          undefined,
          body(visited.body),
        );
      }
      if (ts.isArrowFunction(visited)) {
        const { modifiers, parameters, equalsGreaterThanToken } = visited;
        const code = ts.isBlock(visited.body) ? block(visited.body) : counted(visited.body);
        return factory.updateArrowFunction(
          visited,
          modifiers,
          undefined,
          parameters,
          undefined,
          equalsGreaterThanToken,
          code,
        );
      }
      if (ts.isIfStatement(visited)) {
        const { expression, thenStatement, elseStatement } = visited;
        return factory.updateIfStatement(visited, expression, block(thenStatement), block(elseStatement));
      }
      if (ts.isForStatement(visited)) {
        const { initializer, condition, incrementor, statement } = visited;
        return factory.updateForStatement(visited, initializer, condition, incrementor, block(statement));
      }
      if (ts.isForOfStatement(visited)) {
        const { awaitModifier, initializer, expression, statement } = visited;
        return factory.updateForOfStatement(
          visited,
          awaitModifier,
          initializer,
          expression,
          block(statement),
        );
      }
      if (ts.isConditionalExpression(visited)) {
        const { condition, questionToken, whenTrue, colonToken, whenFalse } = visited;
        return factory.updateConditionalExpression(
          visited,
          condition,
          questionToken,
          counted(whenTrue),
          colonToken,
          counted(whenFalse),
        );
      }
      if (ts.isBinaryExpression(visited) && skipping.has(visited.operatorToken.kind)) {
        return factory.updateBinaryExpression(
          visited,
          visited.left,
          visited.operatorToken,
          counted(visited.right),
        );
      }
      if (ts.isCaseOrDefaultClause(visited)) {
        const statements = [factory.createExpressionStatement(count()), ...visited.statements];
        return ts.isCaseClause(visited)
          ? factory.updateCaseClause(visited, visited.expression, statements)
          : factory.updateDefaultClause(visited, statements);
      }
      if (ts.isImportDeclaration(visited) && ts.isStringLiteral(visited.moduleSpecifier)) {
        const { modifiers, importClause, moduleSpecifier, attributes } = visited;
        return factory.updateImportDeclaration(
          visited,
          modifiers,
          importClause,
          factory.createStringLiteral(rename(moduleSpecifier.text)),
          attributes,
        );
      }
      return visited;
    };
    return (file) => ts.visitEachChild(file, visit, context);
  }
}

const countersKey = "ncalrpc block counters";
const local = "__blocks";
const maxBlocks = 0x4_0000;
const skipping: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);
