package io.mobula.testkit;

import io.mobula.MobulaRuntime;
import io.mobula.info.WaitReport;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Check that fails a test that ends while work of its node is pending, with the reasons. Work that
 * was pending after an earlier test is ignored.
 */
final class PendingCheck {
  /** Time that finished work may remain listed. */
  private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(2);

  private static final long BETWEEN_LOOKS_MILLIS = 5;
  private static final int MAX_SHOWN = 10;

  private final Set<String> known = new HashSet<>();

  void check(MobulaRuntime runtime, ExtensionContext context) throws InterruptedException {
    if (runtime.isClosed()) {
      return;
    }
    var pending = settled(runtime);
    known.retainAll(pending.stream().map(PendingCheck::name).toList());
    var fresh = pending.stream().filter(each -> known.add(name(each))).toList();
    if (!fresh.isEmpty() && !isAllowed(context)) {
      throw new AssertionError("The test ended while " + fresh.size()
          + " waits were pending. Await them or cancel them; or say @AllowPending.\n"
          + fresh.stream()
              .limit(MAX_SHOWN)
              .map(WaitReport::text)
              .collect(Collectors.joining("\n")));
    }
  }

  private List<WaitReport> settled(MobulaRuntime runtime) throws InterruptedException {
    var wait = LoadAwareLimit.start(SETTLE_TIMEOUT);
    while (true) {
      var pending = runtime.pending();
      boolean isNews = pending.stream().anyMatch(each -> !known.contains(name(each)));
      if (!isNews || wait.isOver()) {
        return pending;
      }
      Thread.sleep(BETWEEN_LOOKS_MILLIS);
    }
  }

  /** Returns the identity of a wait: the description of the waiting part up to its id. */
  private static String name(WaitReport report) {
    return report.what().replaceAll("(\\([0-9a-f-]+\\)).*", "$1");
  }

  private static boolean isAllowed(ExtensionContext context) {
    return AnnotationSupport.isAnnotated(context.getElement(), AllowPending.class)
        || context
            .getTestClass()
            .filter(tests -> AnnotationSupport.isAnnotated(tests, AllowPending.class))
            .isPresent();
  }
}
