package io.mobula.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.CodecException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Test of two versions of a class, one on each side. */
class VersionSkewTest {
  private static final String HEAD =
      "package skew; import java.io.Serializable; import java.util.function.Supplier;";

  @TempDir
  Path folder;

  private ClassLoader compile(String version, String body) throws IOException {
    Path root = Files.createDirectories(folder.resolve(version));
    Path source = Files.writeString(
        root.resolve("Subject.java"), HEAD + "public class Subject {" + body + "}");
    int status = ToolProvider.getSystemJavaCompiler()
        .run(null, null, null, "-d", root.toString(), source.toString());
    assertThat(status).isZero();
    return new URLClassLoader(new URL[] {root.toUri().toURL()}, getClass().getClassLoader());
  }

  private static Object valueIn(ClassLoader loader) throws ReflectiveOperationException {
    return loader.loadClass("skew.Subject").getMethod("value").invoke(null);
  }

  private static Codec codecFor(ClassLoader loader) {
    return Codec.create(CodecOptions.defaults().withClassLoader(loader));
  }

  @Test
  void readsALambdaWithTheSameClassAndRefusesItWithAnother() throws Exception {
    String lambda =
        "public static Object value() { return (Supplier<Integer> & Serializable) () -> %d; }";
    ClassLoader one = compile("one", lambda.formatted(1));
    ClassLoader same = compile("same", lambda.formatted(1));
    ClassLoader two = compile("two", lambda.formatted(2));
    byte[] bytes = codecFor(one).encode(valueIn(one)).bytes();

    assertThat(((Supplier<?>) codecFor(same).decode(bytes)).get()).isEqualTo(1);
    assertThatThrownBy(() -> codecFor(two).decode(bytes))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("another version of skew.Subject");
  }

  @Test
  void refusesAClassWhoseFieldsDiffer() throws Exception {
    String value = "public static Object value() { return new Subject(); }";
    ClassLoader one = compile("one", "int a = 1; String b = \"x\";" + value);
    ClassLoader reordered = compile("reordered", "String b = \"y\"; int a = 2;" + value);
    ClassLoader two = compile("two", "int a = 1; Object b = \"x\";" + value);
    byte[] bytes = codecFor(one).encode(valueIn(one)).bytes();

    assertThat(codecFor(reordered).decode(bytes)).isInstanceOf(reordered.loadClass("skew.Subject"));
    assertThatThrownBy(() -> codecFor(two).decode(bytes))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("(skew.Subject): its fields here differ");
  }

  @Test
  void refusesAnEnumWhoseConstantsDiffer() throws Exception {
    String value = "public static Object value() { return E.A; }";
    byte[] bytes;
    ClassLoader one = compile("one", "public enum E { A, B }" + value);
    bytes = codecFor(one).encode(valueIn(one)).bytes();
    ClassLoader two = compile("two", "public enum E { B, A }" + value);

    assertThatThrownBy(() -> codecFor(two).decode(bytes)).isInstanceOf(CodecException.class);
  }

  @Test
  void findsClassesThroughTheContextLoaderWhereThatIsAsked() throws Exception {
    ClassLoader one = compile("one", "public static Object value() { return new Subject(); }");
    Codec codec = Codec.create(CodecOptions.defaults());
    byte[] bytes = codec.encode(valueIn(one)).bytes();
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();

    assertThatThrownBy(() -> codec.decode(bytes))
        .hasMessageContaining("class skew.Subject is not found here");
    thread.setContextClassLoader(one);
    try {
      assertThat(codec.decode(bytes).getClass().getClassLoader()).isSameAs(one);
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
