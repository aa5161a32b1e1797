package io.mobula.internal.wait;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.info.WaitReport.WaitCause;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * One link of a chain of waits, at one moment.
 *
 * @param text the subject and what it waits for, as a sentence without its full stop
 * @param version changes when the subject waits for something else, for example the number of an
 *     attempt
 * @param since the start of the wait, on the clock of {@link System#nanoTime()}; zero if unknown
 * @param next the continuation of the chain, or its end
 */
public record WaitStep(String text, long version, long since, Next next) {

  /** Continuation of a chain, or its end. */
  public sealed interface Next {
    /**
     * Continuation at several wait points.
     *
     * @param surplus how many of the points are not needed
     */
    record WaitPoints(List<? extends WaitPoint> points, int surplus) implements Next {
      /** Copies the list of points. */
      public WaitPoints {
        points = List.copyOf(points);
      }
    }

    /** Continuation that another thread determines soon. */
    record Query(Supplier<CompletionStage<WaitStep>> question) implements Next {}

    /** Continuation in another process, which must act. */
    record RemoteWork(NodeId peer, Work work) implements Next {}

    /** End of a chain of waits. */
    record ChainEnd(WaitCause how) implements Next {}
  }

  /**
   * Work that another process has to do, as both processes identify it.
   *
   * @param kind whether the work yields a value or a lease
   * @param id the id of the value; for a lease it contains the number of the request
   */
  public record Work(Kind kind, ObjectId id) {
    /** Kind of what is waited for. */
    public enum Kind {
      /** The result of a task or call, or another value. */
      VALUE,
      /** A lease of a node's resources. */
      LEASE,
      /** Work that only that process knows of: it just has to show that it responds. */
      ANYTHING
    }

    /** Makes the work that yields this value. */
    public static Work value(ObjectId id) {
      return new Work(Kind.VALUE, id);
    }

    /** Makes the work that grants the lease that a node has requested under this number. */
    public static Work lease(NodeId by, long request) {
      return new Work(Kind.LEASE, new ObjectId(by.incarnation(), request, 0));
    }
  }

  /** Makes a link to a process that has to do work which only that process knows of. */
  public static WaitStep anythingOf(String text, NodeId peer) {
    return elsewhere(text, peer, new Work(Work.Kind.ANYTHING, new ObjectId(0, 0, 0)));
  }

  /** Makes a link at which the chain ends. */
  public static WaitStep end(String text, WaitCause how) {
    return new WaitStep(text, 0, 0, new Next.ChainEnd(how));
  }

  /** Makes a link to one other wait point. */
  public static WaitStep via(String text, WaitPoint next) {
    return via(text, List.of(next));
  }

  /** Makes a link to several wait points, all of which are needed. */
  public static WaitStep via(String text, List<? extends WaitPoint> next) {
    return new WaitStep(text, 0, 0, new Next.WaitPoints(next, 0));
  }

  /** Makes a link whose continuation is the answer to a question. */
  public static WaitStep asking(String text, Supplier<CompletionStage<WaitStep>> question) {
    return new WaitStep(text, 0, 0, new Next.Query(question));
  }

  /** Makes a link to work of another process. */
  public static WaitStep elsewhere(String text, NodeId peer, Work work) {
    return new WaitStep(text, 0, 0, new Next.RemoteWork(peer, work));
  }

  /** Returns this link with another version. */
  public WaitStep withVersion(long with) {
    return new WaitStep(text, with, since, next);
  }

  /** Returns this link with the start of its wait. */
  public WaitStep since(long nanos) {
    return new WaitStep(text, version, nanos, next);
  }
}
