package io.mobula.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mobula.error.NodeLostException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
  @TempDir
  Path folder;

  @Test
  void isReadAsItWasWritten() throws IOException {
    var plain = Operation.of("a", "task");
    var whole = Operation.of("b", "a\tkind\\-of\ntask")
        .effects(3)
        .expecting("\\- \t\r\n")
        .inOrder("caller", 7)
        .allowing(NodeLostException.class);
    try (var history = History.in(folder.resolve("history"))) {
      history.invoked(plain);
      history.invoked(whole);
      history.effects().begin("b", "place");
      history.succeeded(plain, null);
      history.failed(whole, new NodeLostException("node 1\nis gone"));
    }
    assertThat(History.read(folder.resolve("history")))
        .containsExactly(
            new HistoryEvent.Invoked(plain),
            new HistoryEvent.Invoked(whole),
            new HistoryEvent.Succeeded("a", "null"),
            new HistoryEvent.Failed("b", "NodeLostException", "node 1\nis gone"),
            new HistoryEvent.Effect("b", "place"));
  }

  @Test
  void effectsOfManyThreadsAreWholeLines() throws Exception {
    try (var history = History.in(folder.resolve("history"))) {
      var threads = new ArrayList<Thread>();
      for (int t = 0; t < 8; t++) {
        var id = "thread-" + t;
        threads.add(Thread.ofPlatform().start(() -> {
          for (int i = 0; i < 200; i++) {
            history.effects().begin(id, "place-" + i);
          }
        }));
      }
      for (var thread : threads) {
        thread.join();
      }
      assertThat(history.events()).hasSize(8 * 200);
    }
  }

  @Test
  void aSecondOneInAFolderAndALineThatIsNoneAreRefused() throws IOException {
    History.in(folder).close();
    assertThatIOException().isThrownBy(() -> History.in(folder));
    Files.write(folder.resolve("effects"), List.of("effect\tonly-an-id"));
    assertThatIOException()
        .isThrownBy(() -> History.read(folder))
        .withMessageContaining("only-an-id");
    assertThatIllegalArgumentException().isThrownBy(() -> HistoryEvent.parse("begun\ta\tb"));
  }
}
