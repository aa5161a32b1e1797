package io.mobula.internal.store;

import io.mobula.internal.process.HeapExhaustion;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells waiters of objects that have become ready, one after the other on the thread that made them
 * so. What a waiter makes ready in turn is told after it and not inside it: a chain of calls each
 * of which waits for the one before may be as long as it likes.
 */
final class CompletionNotifier {
  private static final Logger LOG = LoggerFactory.getLogger(CompletionNotifier.class);
  private static final ThreadLocal<@Nullable Queue<Notification>> PENDING = new ThreadLocal<>();

  private record Notification(ObjectEntry entry, List<CompletionListener> waiters) {
    void tell() {
      for (var listener : waiters) {
        try {
          listener.onReady(entry);
        } catch (Throwable e) { // one that fails must not keep it from the others
          HeapExhaustion.exitIfExhausted(e);
          LOG.error("Somebody who waited for {} failed to hear that it is there", entry.id(), e);
        }
      }
    }
  }

  private CompletionNotifier() {}

  /** Tells them all; later, if this thread is telling others at the moment. */
  static void tell(ObjectEntry entry, List<CompletionListener> listeners) {
    if (listeners.isEmpty()) {
      return;
    }
    var pending = PENDING.get();
    if (pending != null) {
      pending.add(new Notification(entry, listeners));
    } else {
      tellThisAndWhatFollows(new Notification(entry, listeners));
    }
  }

  private static void tellThisAndWhatFollows(Notification first) {
    var pending = new ArrayDeque<Notification>();
    PENDING.set(pending);
    try {
      for (var next = first; next != null; next = pending.poll()) {
        next.tell();
      }
    } finally {
      PENDING.remove();
    }
  }
}
