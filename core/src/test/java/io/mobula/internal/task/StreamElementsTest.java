package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.internal.call.ResultNotStoredException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests of a stream's elements: all of them, or the one that was lost. */
class StreamElementsTest {
  @Test
  void oneElementIsFoundAndNoLaterOneMade() throws ResultNotStoredException {
    var made = new ArrayList<Integer>();
    var closed = new AtomicBoolean();
    var stream = IntStream.range(0, 1000)
        .peek(made::add)
        .mapToObj(i -> "element " + i)
        .onClose(() -> closed.set(true));
    assertThat(StreamElements.at(stream, 2)).isEqualTo("element 2");
    assertThat(made).containsExactly(0, 1, 2);
    assertThat(closed).isTrue();
    assertThat(StreamElements.at(List.of("a", "b").iterator(), 1)).isEqualTo("b");
  }

  @Test
  void aStreamThatIsShorterThisTimeSaysSo() {
    assertThatThrownBy(() -> StreamElements.at(List.of("a").iterator(), 1))
        .isInstanceOf(ResultNotStoredException.class)
        .hasMessageContaining("Element 1 of its stream was lost");
    assertThatThrownBy(() -> StreamElements.at("no stream", 0))
        .isInstanceOf(ResultNotStoredException.class)
        .hasMessageContaining("java.lang.String");
  }
}
