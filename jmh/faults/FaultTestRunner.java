import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runner of one test class, or one of its methods, for bin/faults. It prints a line FAILED for each
 * failure.
 */
public final class FaultTestRunner {
  private FaultTestRunner() {}

  /**
   * Runs a test. The arguments are the module and Test or Test#method; the package is searched in
   * the module's test sources. A third argument restricts the run to tests with that tag.
   */
  public static void main(String[] words) throws Exception {
    var parts = words[1].split("#", 2);
    var sources = Path.of("src/test/java");
    String name;
    try (var files = Files.walk(sources)) {
      name = files
          .filter(file -> file.endsWith(parts[0] + ".java"))
          .findFirst()
          .map(file -> sources.relativize(file).toString().replace('/', '.').replaceAll("\\.java$", ""))
          .orElse(parts[0]);
    }
    DiscoverySelector selector =
        parts.length == 1 ? selectClass(name) : selectMethod(name + "#" + parts[1]);
    var listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selector)
                .filters(
                    words.length > 2
                        ? TagFilter.includeTags(words[2])
                        : TagFilter.excludeTags("jazzer"))
                .build(),
            listener);
    var summary = listener.getSummary();
    summary.printFailuresTo(new PrintWriter(System.out, true), 100);
    summary
        .getFailures()
        .forEach(failure -> System.out.println("FAILED "
            + failure.getTestIdentifier().getDisplayName() + ": " + failure.getException()));
    if (summary.getTestsFoundCount() == 0) {
      System.out.println("FAILED there is no test " + words[1]);
    }
    boolean good = summary.getTestsFoundCount() > 0 && summary.getTotalFailureCount() == 0;
    System.exit(good ? 0 : 1);
  }
}
