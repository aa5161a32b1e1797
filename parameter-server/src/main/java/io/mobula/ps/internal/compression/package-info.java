/**
 * Compression of gradients between workers and shards: encoders with error feedback, decoders that
 * validate their input, and the format between them.
 *
 * <p>The package owns the bytes of an encoding and nothing else: it sends and applies nothing. Of
 * the project it uses only {@link io.mobula.ps.compression.Compression}, which says what a user has
 * chosen.
 *
 * <p>Every encoding is little endian:
 *
 * <table>
 *   <caption>The header</caption>
 *   <tr><th>byte</th><th>size</th><th>content</th></tr>
 *   <tr><td>0</td><td>1</td><td>low four bits: the kind, 1 to 5; high four bits: the version, 1</td></tr>
 *   <tr><td>1</td><td>4</td><td>int: the length, in numbers</td></tr>
 *   <tr><td>5</td><td>rest</td><td>the body, by kind</td></tr>
 * </table>
 *
 * <table>
 *   <caption>The bodies</caption>
 *   <tr><th>kind</th><th>size</th><th>content</th></tr>
 *   <tr><td>1, none</td><td>4 * length</td><td>floats</td></tr>
 *   <tr><td>2, top k</td><td>4</td><td>int: how many numbers follow</td></tr>
 *   <tr><td></td><td>1 to 5 each</td><td>varints (seven bits a byte, low ones first): how many
 *       indices were skipped since the number before</td></tr>
 *   <tr><td></td><td>4 each</td><td>floats: the numbers, in the same order</td></tr>
 *   <tr><td>3, eight bit</td><td>4</td><td>for each block of 1024 numbers, the last one shorter:
 *       float, the scale</td></tr>
 *   <tr><td></td><td>1 each</td><td>signed bytes, -127 to 127: the numbers divided by the scale</td></tr>
 *   <tr><td>4, one bit</td><td>4</td><td>for each block of 256 numbers, the last one shorter:
 *       float, what a 0 stands for</td></tr>
 *   <tr><td></td><td>4</td><td>float, what a 1 stands for</td></tr>
 *   <tr><td></td><td>1 per eight</td><td>the signs, 1 for negative, low bits first</td></tr>
 *   <tr><td>5, lz4</td><td>1</td><td>the form: 0 stored, 1 compressed, 2 compressed by planes</td></tr>
 *   <tr><td></td><td>4</td><td>int: the size of the inner encoding, its header included</td></tr>
 *   <tr><td></td><td>rest</td><td>the inner encoding, in that form; an LZ4 block unless stored</td></tr>
 * </table>
 *
 * <p>There is no checksum: altered bytes are noticed only where they violate the format, so a
 * decoded number may have any value, even NaN. The transport has to protect the bytes.
 */
@NullMarked
package io.mobula.ps.internal.compression;

import org.jspecify.annotations.NullMarked;
