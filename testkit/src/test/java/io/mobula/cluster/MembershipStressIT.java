package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Stress test of membership: processes join, leave, die and stop; the remaining ones agree on the
 * members.
 */
@Tag("long")
class MembershipStressIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int MAX_MEMBERS = 5;
  private static final int STEPS = 8;

  private final List<MemberProcess> members = new ArrayList<>();
  private int started;

  @AfterEach
  void end() {
    members.forEach(MemberProcess::close);
  }

  @Test
  void whoeverComesAndGoesTheOthersAgree() throws Exception {
    long seed = System.nanoTime();
    System.out.println("MembershipStressIT seed " + seed);
    var random = new Random(seed);
    join("");
    for (int step = 0; step < STEPS; step++) {
      int dice = random.nextInt(4);
      if (members.size() < 2 || (members.size() < MAX_MEMBERS && dice < 2)) {
        var by = members.get(random.nextInt(members.size())).awaitUp();
        join(by);
        if (members.size() < MAX_MEMBERS && dice == 0) {
          join(by); // two processes join at the same time
        }
      } else {
        var gone = members.remove(random.nextInt(members.size()));
        if (dice == 2) {
          assertThat(gone.ask("close")).isEqualTo("closed");
          gone.jvm().awaitExit(SOON);
        } else {
          gone.jvm().kill();
        }
      }
      var names = members.stream().map(MemberProcess::name).toArray(String[]::new);
      for (var member : members) {
        member.awaitUp();
        member.awaitNodes(names);
      }
    }
  }

  private void join(String by) {
    var name = "n" + ++started;
    var plan = MemberProcess.plan(name)
        .property("mobula.cluster.seeds", members.isEmpty() ? "" : by)
        .property("mobula.cluster.stopped-after", "5s");
    members.add(MemberProcess.start(name, plan));
  }

  @Test
  void whoStandsStillTooLongIsTakenForDeadAndEndsWhenItWakes() throws Exception {
    join("");
    var seed = members.getFirst().awaitUp();
    join(seed);
    join(seed);
    for (var member : members) {
      member.awaitUp();
      member.awaitNodes("n1", "n2", "n3");
    }
    var still = members.removeLast();
    signal("-STOP", still);
    for (var member : members) {
      member.awaitNodes("n1", "n2");
    }
    signal("-CONT", still);
    still.jvm().awaitLine("ended", SOON);
    for (var member : members) {
      member.awaitNodes("n1", "n2");
    }
    members.add(still);
  }

  private static void signal(String signal, MemberProcess to) throws Exception {
    var process = new ProcessBuilder("kill", signal, String.valueOf(to.jvm().pid())).start();
    assertThat(process.waitFor()).isZero();
  }
}
