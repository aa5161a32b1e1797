package io.mobula.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Test that compiles every block of Java in the guides: statements, or members of a class where the
 * block says so.
 */
class DocsTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Pattern BLOCK =
      Pattern.compile("```java( members)?\n(.*?)```", Pattern.DOTALL);
  private static final String AROUND = """
      import akka.actor.typed.*;
      import akka.actor.typed.javadsl.*;
      import io.mobula.*;
      import io.mobula.error.*;
      import io.mobula.info.*;
      import io.mobula.placement.*;
      import io.mobula.tensor.*;
      import io.mobula.ps.*;
      import io.mobula.ps.clock.*;
      import io.mobula.ps.compression.*;
      import io.mobula.ps.optimizer.*;
      import io.mobula.testkit.fault.*;
      import java.io.*;
      import java.lang.foreign.*;
      import java.nio.file.*;
      import java.time.*;
      import java.util.*;
      import java.util.concurrent.*;
      import java.util.stream.*;
      final class Page%d {
        %s
      }
      """;

  @TempDir
  private Path output;

  static Stream<Path> guides() throws IOException {
    try (var files = Files.list(DOCS)) {
      return files
          .filter(file -> file.getFileName()
              .toString()
              .matches("(concepts|for-.*|resources|placement-groups|testing-under-faults)\\.md"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("guides")
  void compilesEveryBlockOf(Path guide) throws IOException {
    var sources = sourcesOf(Files.readString(guide));
    assertThat(sources).isNotEmpty();
    var diagnostics = new DiagnosticCollector<JavaFileObject>();
    var compiler = ToolProvider.getSystemJavaCompiler();
    var options = List.of(
        "-d", output.toString(), "-proc:none", "-cp", System.getProperty("java.class.path"));

    boolean compiled =
        compiler.getTask(null, null, diagnostics, options, null, sources).call();

    assertThat(compiled).as("%s: %s", guide, diagnostics.getDiagnostics()).isTrue();
  }

  private static List<Source> sourcesOf(String page) {
    var sources = new ArrayList<Source>();
    var block = BLOCK.matcher(page);
    while (block.find()) {
      var body = block.group(1) != null
          ? block.group(2)
          : "static void block(MobulaRuntime runtime) throws Exception {\n" + block.group(2) + "}";
      sources.add(
          new Source(sources.size(), String.format(Locale.ROOT, AROUND, sources.size(), body)));
    }
    return sources;
  }

  /** Source file with one block as a class. */
  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(int number, String text) {
      super(URI.create("string:///Page" + number + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
