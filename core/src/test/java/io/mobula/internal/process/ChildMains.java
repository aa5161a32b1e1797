package io.mobula.internal.process;

import io.mobula.NodeId;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Main classes of the children in the tests of this package. */
final class ChildMains {
  private ChildMains() {}

  /**
   * Child that repeats its first line of input, reports that it is up, and lives until its input
   * ends.
   */
  static final class StoppableMain {
    public static void main(String[] arguments) throws Exception {
      var watch = ParentWatch.ofStandardInput();
      System.out.println("told " + watch.readLine());
      System.err.println("a complaint");
      watch.start(Duration.ofSeconds(20));
      System.out.println(new ReadyNotice("127.0.0.1:7", new NodeId(0xabcL)).line());
      new CountDownLatch(1).await();
    }
  }

  /** Child like {@link StoppableMain} whose shutdown hook hangs. */
  static final class HangingShutdownMain {
    public static void main(String[] arguments) throws Exception {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }));
      ParentWatch.ofStandardInput().start(Duration.ofMillis(200));
      System.out.println(new ReadyNotice("-", new NodeId(1)).line());
      new CountDownLatch(1).await();
    }
  }

  /** Child that prints a line and fails. */
  static final class FailingMain {
    public static void main(String[] arguments) {
      System.out.println("I try");
      System.err.println("no luck with " + String.join(",", arguments));
      System.exit(3);
    }
  }

  /** Child that neither reports that it is up nor ends with its input. */
  static final class UnresponsiveMain {
    public static void main(String[] arguments) throws Exception {
      System.out.println("deaf");
      new CountDownLatch(1).await();
    }
  }

  /** Child that reports for some seconds that it is starting, and then that it is up. */
  static final class SlowStartMain {
    public static void main(String[] arguments) throws Exception {
      System.out.println("slow");
      try (var _ = StartingNotice.begin()) {
        TimeUnit.SECONDS.sleep(Integer.parseInt(arguments[0]));
      }
      System.out.println(new ReadyNotice("-", new NodeId(3)).line());
      new CountDownLatch(1).await();
    }
  }

  /** Child that holds a lock on a file, by which others see that it lives. */
  static final class LockHolderMain {
    public static void main(String[] arguments) throws Exception {
      var channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE);
      channel.lock();
      ParentWatch.ofStandardInput().start(Duration.ofSeconds(20));
      System.out.println(new ReadyNotice("-", new NodeId(1)).line());
      new CountDownLatch(1).await();
      channel.close();
    }
  }

  /** Parent that starts a {@link LockHolderMain} and hangs until it is killed. */
  static final class ParentMain {
    public static void main(String[] arguments) throws Exception {
      var child = ChildJvm.start(
          ChildPlan.of("holder", LockHolderMain.class.getName()).arguments(arguments[0]),
          (stream, line) -> System.out.println(line));
      child.awaitReady(Duration.ofSeconds(60));
      System.out.println(new ReadyNotice("-", new NodeId(2)).line());
      new CountDownLatch(1).await();
    }
  }
}
