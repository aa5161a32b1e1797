package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ObjectRef;
import io.mobula.contract.HostileCode.Kind;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Test of every place where Mobula calls user code, with every kind of misbehaviour: the waiting
 * caller is told, and nothing else is damaged.
 */
class HostileCodeTest extends ContractTest {
  /** Uncaught exceptions of the process that runs this code. */
  private static final List<String> UNCAUGHT = new CopyOnWriteArrayList<>();

  private static final int OTHERS = 4;

  private Set<String> threads = Set.of();

  /** Actor that works correctly. */
  static class HealthyActor {
    int one() {
      return 1;
    }
  }

  static boolean watchUncaught() {
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) ->
        UNCAUGHT.add(thread.getName() + ": " + thrown.getClass().getName()));
    return UNCAUGHT.isEmpty();
  }

  static List<String> uncaught() {
    return List.copyOf(UNCAUGHT);
  }

  /** Returns the names of the engine's permanent threads, without numbers. */
  static Set<String> engineThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("mobula-"))
        .filter(name -> !name.matches(
            "mobula-(task|actor|callback|fetch|file-open|mobula|virtual|spill|akka).*"))
        .map(name -> name.replaceAll("[0-9a-f]{8,}|[0-9]+", "n"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @BeforeAll
  void lookAtThreads() {
    assertThat(watchUncaught()).isTrue();
    assertThat(runtime.task(HostileCodeTest::watchUncaught).remote().get(LONG)).isTrue();
    othersWork();
    threads = runtime.task(HostileCodeTest::engineThreads).remote().get(LONG);
  }

  @AfterEach
  void othersWork() {
    var many = new ArrayList<ObjectRef<Integer>>();
    var actor = runtime.actor(HealthyActor::new).remote();
    for (int i = 0; i < OTHERS; i++) {
      many.add(runtime.task(() -> 1).maxRetries(0).remote());
      many.add(actor.call(HealthyActor::one).remote());
    }
    assertThat(runtime.get(many, LONG)).containsOnly(1);
  }

  @AfterAll
  void nothingIsLost() throws Exception {
    PollingAssert.untilEqual(
        runtime.totalResources().amount(Resources.CPU),
        () -> runtime.availableResources().amount(Resources.CPU));
    assertThat(runtime.waiting()).isEmpty();
    assertThat(uncaught()).isEmpty();
    assertThat(runtime.task(HostileCodeTest::uncaught).remote().get(LONG)).isEmpty();
    assertThat(runtime.task(HostileCodeTest::engineThreads).remote().get(LONG))
        .containsAll(threads);
    Thread.setDefaultUncaughtExceptionHandler(null);
  }

  static Stream<Arguments> all() {
    return Stream.of(UserCodeSite.values())
        .flatMap(site -> Stream.of(Kind.values()).map(kind -> Arguments.of(site, kind)));
  }

  @ParameterizedTest
  @MethodSource("all")
  void endsAsThePageSays(UserCodeSite site, Kind kind) throws Exception {
    Assumptions.assumeTrue(
        !site.isOfCluster || RuntimeSource.present().isCluster(), "nothing is sent on one node");
    var code = new HostileCode(kind, latch(), eventLog());
    var call = new UserCodeSite.SiteCall(runtime, code);
    var outcome = new CompletableFuture<String>();
    Thread.ofPlatform().daemon().start(() -> outcome.complete(outcomeOf(site, call)));
    if (kind == Kind.BLOCKS) {
      code.journal().await(HostileCode.BLOCKED, 1);
      othersWork();
      if (site.thread.cancellable) {
        call.cancel();
      } else {
        code.gate().open();
      }
    }
    assertThat(outcome.get(LONG.toSeconds(), TimeUnit.SECONDS)).isIn(site.outcomes.of(kind));
    if (kind == Kind.BLOCKS) {
      if (!code.gate().isOpen()) {
        code.gate().open();
      }
      PollingAssert.until("what has blocked goes on", () -> {
        var eventLog = code.journal();
        return eventLog.count(HostileCode.BLOCKED) == eventLog.count(HostileCode.WENT_ON);
      });
    }
  }

  private static String outcomeOf(UserCodeSite site, UserCodeSite.SiteCall call) {
    try {
      return site.invoker.run(call) instanceof String said ? said : UserCodeSite.VALUE;
    } catch (Throwable thrown) {
      return thrown.getClass().getSimpleName();
    }
  }
}
