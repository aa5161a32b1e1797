package io.mobula.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Scanner;
import org.junit.jupiter.api.Test;

class ForkedJvmTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  static final class EchoProgram {
    public static void main(String[] arguments) {
      System.out.println("arguments " + String.join(",", arguments));
      System.out.println(
          "property " + System.getProperty("colour") + ", variable " + System.getenv("COLOUR"));
      System.err.println("a complaint");
      try (var input = new Scanner(System.in)) {
        System.out.println("told " + input.nextLine());
      }
      System.exit(3);
    }
  }

  @Test
  void runsAMainClassWithWhatItWasGiven() throws Exception {
    try (var jvm = ForkedJvm.of(EchoProgram.class)
        .arguments("a")
        .arguments("b", "c")
        .property("colour", "blue")
        .environment("COLOUR", "green")
        .start()) {
      assertThat(jvm.awaitLine("arguments", LIMIT)).isEqualTo("arguments a,b,c");
      assertThat(jvm.awaitLine("property", LIMIT)).isEqualTo("property blue, variable green");
      assertThat(jvm.isAlive()).isTrue();
      jvm.sendLine("hello");
      assertThat(jvm.awaitExit(LIMIT)).isEqualTo(3);
      assertThat(jvm.output()).hasSize(3).last().isEqualTo("told hello");
      assertThat(jvm.errors()).containsExactly("a complaint");
      assertThat(jvm.toString())
          .contains("exit code 3")
          .contains("told hello")
          .contains("a complaint");
    }
  }

  @Test
  void killsForGood() throws Exception {
    try (var jvm = ForkedJvm.of(EchoProgram.class).start()) {
      jvm.awaitLine("property", LIMIT);
      jvm.kill();
      assertThat(jvm.isAlive()).isFalse();
      assertThat(jvm.awaitExit(LIMIT)).isNotZero();
    }
  }

  @Test
  void saysWhatThereWasInsteadOfALine() throws Exception {
    try (var jvm = ForkedJvm.of(EchoProgram.class).start()) {
      jvm.awaitLine("property", LIMIT);
      assertThatThrownBy(() -> jvm.awaitLine("never", Duration.ofMillis(50)))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("property null");
      assertThatThrownBy(() -> jvm.awaitExit(Duration.ofMillis(50)))
          .isInstanceOf(AssertionError.class);
      jvm.kill();
      assertThatThrownBy(() -> jvm.awaitLine("never", LIMIT)).isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void closeKillsWhatStillRuns() throws Exception {
    var jvm = ForkedJvm.of(EchoProgram.class).start();
    jvm.close();
    assertThat(jvm.awaitExit(LIMIT)).isNotZero();
  }
}
