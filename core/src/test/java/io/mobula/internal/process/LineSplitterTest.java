package io.mobula.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineSplitterTest {
  @Test
  void handsOverLinesOfEitherKindOfEndAndTheUnfinishedLast() throws IOException {
    assertThat(lines("one\r\n\ntwo\u00e4\nthree")).containsExactly("one", "", "two\u00e4", "three");
    assertThat(lines("")).isEmpty();
  }

  @Test
  void cutsALineThatIsTooLong() throws IOException {
    assertThat(lines("x".repeat(LineSplitter.MAX_LENGTH + 1) + "\n"))
        .containsExactly("x".repeat(LineSplitter.MAX_LENGTH), "x");
  }

  @Test
  void keepsTheLastOnes() {
    var last = new LastLines(2);
    assertThat(last.toString()).contains("wrote nothing");
    List.of("a", "b", "c").forEach(last::add);
    assertThat(last.all()).containsExactly("b", "c");
    assertThat(last.toString()).isEqualTo("  b\n  c");
  }

  private static List<String> lines(String text) throws IOException {
    var found = new ArrayList<String>();
    LineSplitter.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), found::add);
    return found;
  }
}
