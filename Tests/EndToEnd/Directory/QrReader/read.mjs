// Reads a QR code as a phone's camera does, with jsQR: rows of 0 (light) and 1 (dark), by commas. Says what it reads, or nothing.
import jsQR from 'jsqr';

const scale = 4;
const rows = process.argv[2].split(',');
const [width, height] = [rows[0].length * scale, rows.length * scale];
const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
for (let y = 0; y < height; y++) {
  for (let x = 0; x < width; x++) {
    if (rows[Math.floor(y / scale)][Math.floor(x / scale)] === '1') pixels.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
  }
}
// Not every camera reads a picture whose light and dark are exchanged: here none does.
console.log((jsQR.default ?? jsQR)(pixels, width, height, { inversionAttempts: 'dontInvert' })?.data ?? '');
