package io.mobula;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Compiler of many one-line snippets at once with this JVM's javac: each becomes a method of one
 * class outside {@code io.mobula}, so that it sees what a user sees.
 */
final class SnippetCompiler {
  /** Options that stop after flow analysis, so that no class file is written. */
  private static final List<String> OPTIONS = List.of(
      "-proc:none",
      "-implicit:none",
      "--should-stop=ifNoError=FLOW",
      "--should-stop=ifError=FLOW",
      "-Xlint:all,-processing,-classfile",
      "-Xmaxerrs",
      "10000",
      "-Xmaxwarns",
      "10000",
      "-classpath",
      System.getProperty("java.class.path"));

  private static final int LINES_PER_SNIPPET = 3;

  private final String given;

  /**
   * Creates a compiler with the code around the snippets.
   *
   * @param given head of the file: package, imports, and a class {@code Given} that the snippets'
   *     class extends
   */
  SnippetCompiler(String given) {
    this.given = given;
  }

  /**
   * Returns javac's errors and warnings for each snippet, by the snippet's index; absent for a
   * snippet without any.
   */
  Map<Integer, String> complaints(List<String> snippets) {
    var source = new StringBuilder(given).append("final class Snippets extends Given {\n");
    long before = source.chars().filter(c -> c == '\n').count();
    for (int i = 0; i < snippets.size(); i++) {
      source.append(
          "  void snippet%d() throws Exception {\n%s\n  }\n".formatted(i, snippets.get(i)));
    }
    source.append("}\n");
    var complaints = new TreeMap<Integer, String>();
    for (var each : compile(source.toString())) {
      int index =
          Math.toIntExact(Math.floorDiv(each.getLineNumber() - 1 - before, LINES_PER_SNIPPET));
      complaints.merge(index, told(each), (one, two) -> one + " | " + two);
    }
    return complaints;
  }

  private static List<? extends Diagnostic<?>> compile(String source) {
    var found = new DiagnosticCollector<JavaFileObject>();
    ToolProvider.getSystemJavaCompiler()
        .getTask(null, null, found, OPTIONS, null, List.of(new Source(source)))
        .call();
    return found.getDiagnostics().stream()
        .filter(each -> each.getKind() != Diagnostic.Kind.NOTE)
        .toList();
  }

  private static String told(Diagnostic<?> diagnostic) {
    return diagnostic.getMessage(Locale.ROOT).replaceAll("\\s+", " ").strip();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String text) {
      super(URI.create("string:///user/Snippets.java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
