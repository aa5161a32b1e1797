package io.mobula.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Test that a JVM started without any flag prints no warning. */
class NoJvmFlagsTest {
  @Test
  void needsNoFlagAndCausesNoWarning() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process = new ProcessBuilder(
            java.toString(), "-cp", System.getProperty("java.class.path"), Program.class.getName())
        .redirectErrorStream(true)
        .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output).isEqualToIgnoringNewLines("done");
    assertThat(process.exitValue()).isZero();
  }

  /**
   * Program that uses everything that could need a flag: private state, final fields, hooks,
   * lambdas, memory.
   */
  static final class Program {
    interface SerializableSupplier<R> extends Supplier<R>, java.io.Serializable {}

    public static void main(String[] arguments) {
      Codec codec = Codec.create(CodecOptions.defaults());
      List<String> captured = new ArrayList<>(List.of("x"));
      SerializableSupplier<List<String>> lambda = () -> captured;
      List<Object> values = List.of(
          new SampleClasses.Bean("b", 1, 2, List.of()),
          new SampleClasses.Person("p", 1, null),
          new IllegalStateException("x"),
          lambda,
          new Random(1),
          new EnumMap<>(Map.of(SampleClasses.Fruit.PEAR, 1)),
          new double[1000],
          java.nio.ByteBuffer.allocateDirect(5000),
          new SampleClasses.ExternalizableValue("e", 1),
          List.of(1, 2),
          new int[3]);
      codec.decode(codec.encode(values).detached());
      if (System.getProperty("kryo.unsafe") != null) {
        throw new IllegalStateException("a system property was left behind");
      }
      System.out.println("done");
    }
  }
}
