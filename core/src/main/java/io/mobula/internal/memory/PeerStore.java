package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Store of another process of this host, whose objects are read in place.
 *
 * <p>Any thread may call. The store's files are mapped for reading, and one pin row for writing.
 * Opened objects stay readable when the other process dies. After {@link #close} no object can be
 * opened and existing views stay; the row returns to the owner when the last of them is
 * unreachable.
 */
public final class PeerStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerStore.class);

  private final SharedStore reader;
  private final StoreAddress address;
  private final LifeLock claim;
  private final PeerTable table;
  private final PinProtocol pins;
  private final PeerSegments segments;
  private final LongConsumer onCondemned;
  /** Number of users: one for the store itself while it is open, and one for each pinned handle. */
  private final AtomicLong users = new AtomicLong(1);

  private volatile boolean ownerDied;
  private volatile boolean closed;

  private PeerStore(
      StoreReader who, StoreAddress address, LifeLock claim, PeerTable table, PinRow row, Path at) {
    this.reader = who.store();
    this.onCondemned = who.onCondemned();
    this.address = address;
    this.claim = claim;
    this.table = table;
    this.pins = new PinProtocol(table, row);
    this.segments = new PeerSegments(at, address.storeId());
  }

  /**
   * The process that reads the peer store.
   *
   * @param store its own store, whose threads release views and touch new memory; the views survive
   *     the closing of that store
   * @param claimant the reader's number in the row that it claims: any number except 0 and 1
   * @param onCondemned receives a slot when this process has unpinned an object that the owner
   *     waits to free; has to make the owner call {@link SharedStore#nudge}. Called in any thread,
   *     so it must be quick. The owner also checks once a second
   */
  public record StoreReader(SharedStore store, long claimant, LongConsumer onCondemned) {}

  /**
   * Opens the store at this address for reading, if it is on this host, through the row that its
   * owner has offered ({@link SharedStore#offerRow}).
   *
   * <p>Costs some file operations, less than a millisecond.
   *
   * @throws StoreException if its files are damaged or of another layout, or the row is taken
   */
  public static AttachResult attach(StoreAddress address, int row, StoreReader who) {
    Path table;
    try {
      table = Path.of(address.directory(), "table");
    } catch (InvalidPathException e) {
      return new AttachResult.NotAttachable(address.directory() + " is no path here");
    }
    if (!Files.isReadable(table)) {
      return new AttachResult.NotAttachable(table + " is not there, or not for this user");
    }
    SharedFile file = SharedFile.open(table);
    if (!file.header().storeId().equals(address.storeId())) {
      return new AttachResult.NotAttachable(
          table + " is of store " + file.header().storeId() + ", wanted " + address);
    }
    file.header().requireMatch(FileHeader.Kind.TABLE, address.storeId(), 0, table.toString());
    return new AttachResult.Attached(claimed(address, file, row, who));
  }

  /** Returns whether the store at this address is on this host and readable. Opens one file. */
  public static boolean isOnThisHost(StoreAddress address) {
    try {
      Path table = Path.of(address.directory(), "table");
      return Files.isReadable(table)
          && SharedFile.open(table).header().storeId().equals(address.storeId());
    } catch (InvalidPathException | StoreException notHere) {
      return false;
    }
  }

  private static PeerStore claimed(
      StoreAddress address, SharedFile table, int row, StoreReader who) {
    Path directory = Path.of(address.directory());
    PinRow pins = PinRow.open(directory, address.storeId(), row, PeerTable.chunkLog(table));
    LifeLock claim = ReaderRows.lock(directory, row);
    if (claim == null) {
      throw new StoreException("Row " + row + " of the pins in " + directory
          + " is locked by another process: ask its owner for another");
    }
    try {
      MemorySegment page = table.headerPage();
      PinMatrix.claim(page, row, who.claimant(), directory);
      return new PeerStore(who, address, claim, new PeerTable(table, page, pins), pins, directory);
    } catch (RuntimeException e) {
      letGo(claim);
      throw e;
    }
  }

  /**
   * Opens an object of the store. Maps its segment if it is not mapped yet, and has a background
   * thread touch the pages if this process's own store is configured to.
   *
   * @throws IllegalStateException if the owner has freed the object, or this store is closed
   * @throws StoreException if the owner has died or closed its store, or there is no such object,
   *     or a file is damaged
   */
  public PeerObject open(ObjectAddress object) {
    requireOpen();
    if (ownerDied) {
      throw new StoreException("The process of store " + address + " has died; wanted " + object);
    }
    table.ensureMapped(object.slot());
    if (!pin(object.slot(), object.generation())) {
      nudge(object.slot());
      throw refused(object);
    }
    try {
      return opened(object);
    } finally {
      if (unpin(object.slot())) {
        nudge(object.slot());
      }
    }
  }

  private RuntimeException refused(ObjectAddress object) {
    return Files.exists(Path.of(address.directory(), "table"))
        ? new IllegalStateException(object + " in store " + address + " has been freed")
        : new StoreException("The store " + address + " is closed; wanted " + object);
  }

  /**
   * Makes the handle of an object that is pinned, so that its slot and its segment do not change.
   */
  private PeerObject opened(ObjectAddress object) {
    long slot = object.slot();
    int number = table.segment(slot);
    if (table.size(slot) != object.bytes()
        || (number == ObjectTable.NO_SEGMENT) != (object.bytes() == 0)) {
      throw new StoreException("Slot " + slot + " in store " + address + " has an object of "
          + table.size(slot) + " bytes in segment " + number + ", wanted " + object);
    }
    if (object.bytes() == 0) {
      return new PeerObject(this, null, 0, object);
    }
    Segment segment = segments.get(number);
    long offset = table.offset(slot);
    if (offset < 0 || offset > segment.bytes() - object.bytes()) {
      throw new StoreException(segment + " has " + segment.bytes() + " bytes, wanted " + object
          + " at " + offset + ": the table is damaged");
    }
    PeerObject opened = new PeerObject(this, segment, offset, object);
    if (segments.markTouched(segment)) {
      reader.touchInBackground(opened::touchSegment);
    }
    return opened;
  }

  /** Returns the address of the store. */
  public StoreAddress address() {
    return address;
  }

  /**
   * Notes that the owner has died: no more objects are opened. Opened objects stay readable, as no
   * process is left that could free them.
   */
  public void ownerDied() {
    ownerDied = true;
  }

  /**
   * Rejects further opening, and returns the row to the owner once nothing is pinned through it.
   * Idempotent.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    leave();
  }

  @Override
  public String toString() {
    return "peer store " + address;
  }

  void requireOpen() {
    reader.requireOpen();
    if (closed) {
      throw new IllegalStateException("The peer store " + address + " is closed");
    }
  }

  PeerTable table() {
    return table;
  }

  PeerSegments segments() {
    return segments;
  }

  boolean pin(long slot, long generation) {
    enter();
    boolean pinned = false;
    try {
      pinned = pins.pin(slot, generation);
    } finally {
      if (!pinned) {
        leave();
      }
    }
    return pinned;
  }

  boolean unpin(long slot) {
    boolean condemned = pins.unpin(slot);
    leave();
    return condemned;
  }

  /** Tells the owner that this process has unpinned the slot, if the slot is condemned. */
  void nudge(long slot) {
    if (!ownerDied && SlotWord.state(table.word(slot)) == SlotState.CONDEMNED) {
      try {
        onCondemned.accept(slot);
      } catch (RuntimeException e) {
        LOG.error(
            "The owner of {} was not notified of slot {}; it finds out by itself",
            address,
            slot,
            e);
      }
    }
  }

  long maxBufferBytes() {
    return reader.maxBufferBytes();
  }

  void whenUnreachable(Object token, Runnable then) {
    reader.whenUnreachableBeyondClose(token, then);
  }

  /** Counts one more user, or throws if the row was returned and may belong to another process. */
  private void enter() {
    if (users.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
      throw new IllegalStateException("The peer store " + address + " is closed");
    }
  }

  private void leave() {
    if (users.decrementAndGet() == 0) {
      letGo(claim);
    }
  }

  private static void letGo(@Nullable LifeLock claim) {
    try (claim) {
      LOG.debug("A pin row is returned to its owner");
    } catch (IOException e) {
      LOG.warn("A pin row is returned to its owner only when this process ends", e);
    }
  }
}
