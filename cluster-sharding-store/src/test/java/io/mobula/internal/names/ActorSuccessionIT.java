package io.mobula.internal.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Detached actors outlive the process that made them, and are restarted when their host dies. */
@Tag("long")
@Timeout(240)
class ActorSuccessionIT {
  /** Limit for a name to be given up by processes that have died. */
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private ActorNamesProcess a;
  private ActorNamesProcess b;
  private ActorNamesProcess c;
  private String idOfB;
  private String idOfC;

  @BeforeEach
  void start() throws Exception {
    a = ActorNamesProcess.start("a");
    var seed = a.awaitUp()[0];
    b = ActorNamesProcess.start("b", seed);
    c = ActorNamesProcess.start("c", seed);
    idOfB = b.awaitUp()[1];
    idOfC = c.awaitUp()[1];
  }

  @AfterEach
  void end() {
    a.close();
    b.close();
    c.close();
  }

  @Test
  void isMadeAgainAfterItsOwnerAndThenItsHostHaveDied() throws Exception {
    assertThat(c.ask("make-heritable-at stays " + idOfB)).isEqualTo(b.jvm().pid() + " 1");
    assertThat(a.ask("hold stays")).isEqualTo("held");

    c.jvm().kill();
    await("call-held stays", Long.toString(b.jvm().pid()));
    awaitOwner();
    b.jvm().kill();

    await("call-held stays", Long.toString(a.jvm().pid()));
    await("call stays", Long.toString(a.jvm().pid()));
    assertThat(a.ask("make stays")).startsWith("ActorNameException");
    // it has been restarted once, which is as often as allowed, so the next failure ends it
    assertThat(a.ask("break stays")).startsWith("TaskFailedException");
    assertThat(a.ask("call-held stays"))
        .startsWith("ActorDiedException")
        .contains("after 1 restarts");
    await("make stays", "made");
  }

  @Test
  void isMadeAgainWhenItsOwnerWasItsHost() throws Exception {
    assertThat(c.ask("make-heritable-at alone " + idOfC)).isEqualTo(c.jvm().pid() + " 1");
    assertThat(a.ask("hold alone")).isEqualTo("held");
    assertThat(a.ask("call-held alone")).isEqualTo(c.jvm().pid() + " 2");

    c.jvm().kill();

    assertThat(awaitNextPlace("call-held alone")).endsWith(" 1");
    assertThat(b.ask("call alone")).endsWith(" 2");
  }

  @Test
  void isMadeAgainAfterItsOwnerAndItsHostHaveDiedAtOnce() throws Exception {
    assertThat(c.ask("make-heritable-at apart " + idOfB)).isEqualTo(b.jvm().pid() + " 1");
    assertThat(a.ask("hold apart")).isEqualTo("held");
    assertThat(a.ask("call-held apart")).isEqualTo(b.jvm().pid() + " 2");

    b.jvm().kill();
    c.jvm().kill();

    await("call-held apart", a.jvm().pid() + " 1");
    await("call apart", a.jvm().pid() + " 2");
    assertThat(a.ask("kill apart")).isEqualTo("killed");
    await("make apart", "made");
  }

  /**
   * Waits for the actor's next host. A call to the old host fails until its end is known, because
   * the call may not be retried.
   */
  private String awaitNextPlace(String command) throws InterruptedException {
    var answer = a.ask(command);
    while (answer.contains("has no answer")) {
      answer = a.ask(command);
    }
    return answer;
  }

  /**
   * Waits until the successor keeps the name, after the owner is gone. Only then may the host die.
   */
  private void awaitOwner() throws Exception {
    await("make stays", "ActorNameException");
  }

  private void await(String command, String wanted) throws Exception {
    PollingAssert.untilMatches(
        LIMIT,
        command + " is answered " + wanted,
        () -> a.ask(command),
        answer -> answer.startsWith(wanted));
  }
}
