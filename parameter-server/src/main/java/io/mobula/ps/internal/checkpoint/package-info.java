/**
 * Checkpoints of tables in files, which are written as a whole or not at all, and whose alteration
 * is detected when they are read.
 *
 * <p>This package owns directories, files, lengths and checksums. It knows no actors, shards or
 * worker clocks: the owner of a table says when a checkpoint begins and ends, every shard writes
 * its own file, and the meaning of the bytes is the shard's business. Of the parameter server it
 * uses only the exceptions.
 *
 * <p>A checkpoint is a directory named {@code <table>-<number>}. In the table's name, every
 * character other than ASCII letters, digits, {@code _}, {@code -} and inner dots is written as
 * {@code %} and four hexadecimal digits of its UTF-16 unit; a name that gets too long is cut, and
 * ends in {@code %~} and its digest. The number has twelve digits or more. Until the checkpoint is
 * complete it is a draft beside it, {@code .draft-<table>-<number>-<8 hexadecimal digits>}. Both
 * contain {@code part-00000}, {@code part-00001} and so on, and, written last, {@code manifest}.
 *
 * <p>A part consists of the bytes that the shard has written and nothing else; it may be empty.
 *
 * <p>The manifest, version 1, is ASCII; every line ends with a line feed. Texts in it escape
 * {@code %} and all characters other than printable ASCII as directory names do. Numbers are
 * decimal; those marked with * are hexadecimal, in eight digits. Any other order or content is
 * refused.
 *
 * <table>
 *   <caption>The lines of a manifest</caption>
 *   <tr><th>line</th><th>content</th></tr>
 *   <tr><td>1</td><td>{@code mobula-checkpoint <version>}</td></tr>
 *   <tr><td>2</td><td>{@code table=<text>}</td></tr>
 *   <tr><td>3</td><td>{@code shape=<text>}, of the items, compared as a whole</td></tr>
 *   <tr><td>4</td><td>{@code optimizer=<text>}</td></tr>
 *   <tr><td>5</td><td>{@code size=<number of items>}, which are parameters or rows</td></tr>
 *   <tr><td>6</td><td>{@code updates=<number of updates>}</td></tr>
 *   <tr><td>7</td><td>{@code parts=<number of parts>}, 1 or more</td></tr>
 *   <tr><td>8, ...</td><td>{@code part=<file> <from> <to, exclusive> <bytes> <CRC32C of the
 *       file*>}, in the order of their items: the first from 0, each from where the one before
 *       ends, the last to the size</td></tr>
 *   <tr><td>last</td><td>{@code crc32c=<CRC32C of the bytes of the lines above*>}; the same in all
 *       versions</td></tr>
 * </table>
 *
 * <p>The order of writing is: draft directory; parts, each synced; manifest, synced; the draft
 * directory synced; the rename; the parent directory synced. After a crash before the rename, the
 * previous checkpoint is still the latest. Everything here blocks, so it is for threads that may
 * wait for a disk.
 */
@NullMarked
package io.mobula.ps.internal.checkpoint;

import org.jspecify.annotations.NullMarked;
