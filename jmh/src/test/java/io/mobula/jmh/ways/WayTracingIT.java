package io.mobula.jmh.ways;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.jmh.ways.WayTracing.Traced;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Test that each way of data enters the files that {@code docs/architecture.md} lists, and no
 * other: a class that is added to a way, or taken from one, is a decision and is seen in review.
 */
@Tag("long")
@Timeout(600)
class WayTracingIT {
  private static final Path PAGE = Path.of("../docs/architecture.md");
  private static final int ROUNDS = 7;
  private static final String WRITE = "bin/mobula bench ways --write docs/architecture.md";

  private static Traced traced = new Traced(new ArrayList<>(), new TreeSet<>());
  private static Map<String, WayTables.FileList> lists = Map.of();

  @BeforeAll
  static void traceAllWays() throws Exception {
    traced = new WayTracing(ROUNDS, new PrintStream(PrintStream.nullOutputStream())).trace();
    lists = WayTables.read(PAGE).lists();
  }

  @Test
  void thePageListsEachWay() {
    assertThat(traced.ways().stream().map(WaySummary::way).toList())
        .hasSize(10)
        .containsExactlyElementsOf(lists.keySet());
  }

  @Test
  void eachWayEntersTheFilesThatThePageLists() {
    var differences = new ArrayList<String>();
    for (var way : traced.ways()) {
      var list = lists.get(way.way());
      var added = new TreeSet<>(way.certain());
      added.removeAll(list.always());
      added.removeAll(list.sometimes());
      var missing = new TreeSet<>(list.always());
      missing.removeAll(way.possible());
      if (!added.isEmpty() || !missing.isEmpty()) {
        differences.add(way.way() + ": entered and not listed " + added
            + ", listed and not entered " + missing);
      }
    }
    assertThat(differences)
        .as(
            "Ways whose files differ from %s. If that is meant, run %s, and say in the table of the"
                + " way's section what a new file does",
            PAGE, WRITE)
        .isEmpty();
  }

  /** The tables by hand tell what the files do, and must name none that no way enters any more. */
  @Test
  void thePageExplainsNoFileThatIsNotEntered() throws IOException {
    var explained = WayTables.read(PAGE).explained();
    assertThat(explained).hasSizeGreaterThan(100);
    explained.removeAll(traced.files());
    assertThat(explained)
        .as("Files in the tables of %s that no way enters, beside those between hosts", PAGE)
        .isEmpty();
  }
}
