package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.CodecException;
import io.mobula.error.TaskCancelledException;
import io.mobula.placement.Placement;
import java.io.Serializable;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Test of tasks that needs two nodes and a driver. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class CrossProcessTasksIT {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir
  Path directory;

  private LocalCluster cluster;

  @BeforeAll
  void open() {
    cluster = LocalCluster.builder().nodes(2).cpusPerNode(2).start();
  }

  @AfterAll
  void close() {
    cluster.close();
  }

  private Placement on(int node) {
    return Placement.on(cluster.nodes().get(node).id());
  }

  /** Shared state of a task and the tasks that it starts. */
  record TaskFamily(FileLatch never, FileEventLog journal, NodeId elsewhere)
      implements Serializable {
    int root() throws Exception {
      var there = Placement.on(elsewhere);
      ObjectRef<Integer> parent =
          Mobula.task(TaskFamily::parent, this).placement(there).remote();
      parent.get();
      journal.add("parent has ended");
      never.await();
      return 0;
    }

    int parent() {
      Mobula.task(TaskFamily::child, this).placement(Placement.on(elsewhere)).remote();
      return 1;
    }

    int child() throws Exception {
      journal.add("child runs");
      try {
        never.await();
      } catch (InterruptedException e) {
        journal.add("child is interrupted");
      }
      return 2;
    }
  }

  @Test
  void cancelReachesWhatWasStartedElsewhereByWhatHasEnded() throws Exception {
    var eventLog = new FileEventLog(directory.resolve("journal").toString());
    var never = new FileLatch(directory.resolve("never").toString());
    var taskFamily = new TaskFamily(never, eventLog, cluster.nodes().get(1).id());
    var root =
        cluster.runtime().task(TaskFamily::root, taskFamily).placement(on(0)).remote();
    eventLog.await("parent has ended", 1);
    eventLog.await("child runs", 1);
    root.cancel(true);
    assertThatThrownBy(() -> root.get(LONG)).isInstanceOf(TaskCancelledException.class);
    eventLog.await("child is interrupted", 1);
  }

  @Test
  void aClassThatANodeLacksIsATypedErrorThatNamesBoth() throws Exception {
    var value = compiled("Absent").getDeclaredConstructor().newInstance();
    var call = cluster.runtime().task((Object x) -> x.hashCode(), value).maxRetries(3);
    var ref = call.placement(on(0)).remote();
    assertThatThrownBy(() -> ref.get(LONG))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("Absent")
        .hasMessageContaining("node " + cluster.nodes().get(0).id());
    var actor = cluster.runtime().actor(StringBuilder::new).placement(on(1)).remote();
    var called = actor.call((StringBuilder b, Object x) -> b.length(), value).remote();
    assertThatThrownBy(() -> called.get(LONG))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("Absent")
        .hasMessageContaining("node " + cluster.nodes().get(1).id());
    assertThat(actor.call(StringBuilder::length).remote().get(LONG)).isZero();
  }

  private Class<?> compiled(String name) throws Exception {
    var source = directory.resolve(name + ".java");
    Files.writeString(source, "public class " + name + " implements java.io.Serializable {}");
    assertThat(ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", directory.toString(), source.toString()))
        .isZero();
    var here = new URL[] {URI.create(directory.toUri().toString()).toURL()};
    return Class.forName(name, true, new URLClassLoader(here, getClass().getClassLoader()));
  }
}
