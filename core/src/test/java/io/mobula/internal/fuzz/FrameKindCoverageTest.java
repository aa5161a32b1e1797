package io.mobula.internal.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Mobula;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Test that {@link FrameFuzzTest} alters every kind of frame that a node handles. A worker process
 * handles one more, with one number: 82, whether it may end.
 */
class FrameKindCoverageTest {
  @TempDir
  Path directory;

  @Test
  void everyKindOfFrameIsAltered() throws Exception {
    var settings = Mobula.settings().listen(0).cpus(1).storeDirectory(directory);
    try (var node = Mobula.init(settings.storeCapacity(16 << 20))) {
      var altered = new TreeSet<>(RecordedFrames.BY_WORK);
      altered.add(RecordedFrames.HANDED);
      altered.addAll(HandwrittenFrames.between(node.nodeId(), node.nodeId()).keySet());
      assertThat(altered).containsExactlyInAnyOrderElementsOf(RecordedFrames.kindsOf(node));
    }
  }
}
