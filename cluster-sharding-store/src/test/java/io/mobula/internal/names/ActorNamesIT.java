package io.mobula.internal.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names are unique among processes, and are freed when the nodes that keep them are gone. */
@Tag("long")
@Timeout(180)
class ActorNamesIT {
  /** Limit for a name to be given up by processes that have died. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void oneNodeOfSeveralWinsAName() throws Exception {
    try (var a = ActorNamesProcess.start("a")) {
      var seed = a.awaitUp()[0];
      try (var b = ActorNamesProcess.start("b", seed)) {
        b.awaitUp();
        for (int i = 0; i < 20; i++) {
          int first = a.tell("make n" + i);
          int second = b.tell("make n" + i);
          assertThat(List.of(outcome(a.answer(first)), outcome(b.answer(second))))
              .as("n" + i)
              .containsExactlyInAnyOrder("made", "ActorNameException");
          var fromA = a.ask("call n" + i).split(" ")[0];
          assertThat(b.ask("call n" + i).split(" ")[0]).isEqualTo(fromA);
        }
        assertThat(a.ask("make n0")).contains("is taken by living actor \"n0\"");

        assertThat(b.ask("get-or-make n0")).isEqualTo(a.ask("call n0").split(" ")[0] + " 3");

        assertThat(b.ask("kill n0")).isEqualTo("killed");
        assertThat(b.ask("make n0")).isEqualTo("made");
        assertThat(a.ask("call nobody"))
            .startsWith("ActorNameException: No living actor is named \"nobody\"");
      }
    }
  }

  private static String outcome(String answer) {
    return answer.split(":")[0];
  }

  @Test
  void namesGoWithTheirOwnerUnlessTheActorIsDetached() throws Exception {
    try (var a = ActorNamesProcess.start("a")) {
      var up = a.awaitUp();
      try (var b = ActorNamesProcess.start("b", up[0])) {
        b.awaitUp();
        assertThat(b.ask("make-detached-on stays " + up[1])).isEqualTo(a.jvm().pid() + " 1");
        assertThat(b.ask("make goes")).isEqualTo("made");
        assertThat(a.ask("call goes")).startsWith(Long.toString(b.jvm().pid()));
        b.jvm().kill();
        await(a, "make goes", "made");
        assertThat(a.ask("call stays")).isEqualTo(a.jvm().pid() + " 2");
        assertThat(a.ask("make stays")).startsWith("ActorNameException");
        assertThat(a.ask("kill stays")).isEqualTo("killed");
        assertThat(a.ask("make stays")).isEqualTo("made");
      }
    }
  }

  private static void await(ActorNamesProcess process, String command, String wanted)
      throws Exception {
    PollingAssert.untilMatches(
        LIMIT, command + " is answered " + wanted, () -> process.ask(command), wanted::equals);
  }
}
