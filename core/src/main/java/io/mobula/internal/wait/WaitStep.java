package io.mobula.internal.wait;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.WaitReport.WaitCause;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * One link of a chain of waits, as of one moment.
 *
 * @param text what it is and what it waits for, as a sentence without its full stop
 * @param version differs between two looks if what is waited for is not the same any more, such as
 *     the number of an attempt
 * @param since when it began to wait, on the clock of {@link System#nanoTime()}; zero where that is
 *     not known
 * @param next where the chain goes on, or its end
 */
public record WaitStep(String text, long version, long since, Next next) {

  /** Where a chain goes on, or ends. */
  public sealed interface Next {
    /**
     * It goes on at each of these.
     *
     * @param surplus how many of them need not come
     */
    record WaitPoints(List<? extends WaitPoint> points, int surplus) implements Next {
      /** Copies the list. */
      public WaitPoints {
        points = List.copyOf(points);
      }
    }

    /** Somebody knows who answers on another thread, soon. */
    record Query(Supplier<CompletionStage<WaitStep>> question) implements Next {}

    /** Another process must act. */
    record RemoteWork(NodeId peer, Work work) implements Next {}

    /** It ends here. */
    record ChainEnd(WaitCause how) implements Next {}
  }

  /**
   * What another process is to do, as both know it.
   *
   * @param kind whether it is a value or a lease
   * @param id the value; for a lease it has the number of the request
   */
  public record Work(Kind kind, ObjectId id) {
    /** What is waited for. */
    public enum Kind {
      /** The result of a task or call, or another value. */
      VALUE,
      /** A lease of resources. */
      LEASE,
      /** Something that it alone knows of: it only has to show that it answers. */
      ANYTHING
    }

    /** A value. */
    public static Work value(ObjectId id) {
      return new Work(Kind.VALUE, id);
    }

    /** The lease that a node has asked for under this number. */
    public static Work lease(NodeId by, long request) {
      return new Work(Kind.LEASE, new ObjectId(by.incarnation(), request, 0));
    }
  }

  /** A link behind which a process comes that has to do something which only it knows of. */
  public static WaitStep anythingOf(String text, NodeId peer) {
    return elsewhere(text, peer, new Work(Work.Kind.ANYTHING, new ObjectId(0, 0, 0)));
  }

  /** A link at which the chain ends. */
  public static WaitStep end(String text, WaitCause how) {
    return new WaitStep(text, 0, 0, new Next.ChainEnd(how));
  }

  /** A link behind which this one comes. */
  public static WaitStep via(String text, WaitPoint next) {
    return via(text, List.of(next));
  }

  /** A link behind which all of these come. */
  public static WaitStep via(String text, List<? extends WaitPoint> next) {
    return new WaitStep(text, 0, 0, new Next.WaitPoints(next, 0));
  }

  /** A link behind which comes what somebody answers. */
  public static WaitStep asking(String text, Supplier<CompletionStage<WaitStep>> question) {
    return new WaitStep(text, 0, 0, new Next.Query(question));
  }

  /** A link behind which another process comes. */
  public static WaitStep elsewhere(String text, NodeId peer, Work work) {
    return new WaitStep(text, 0, 0, new Next.RemoteWork(peer, work));
  }

  /** The same with another mark. */
  public WaitStep withVersion(long with) {
    return new WaitStep(text, with, since, next);
  }

  /** The same with the moment at which it began. */
  public WaitStep since(long nanos) {
    return new WaitStep(text, version, nanos, next);
  }
}
