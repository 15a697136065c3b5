//! A photograph as a document shows it: upright, no larger than paper needs, a plain JPEG without what the camera wrote
//! into it (the place where it was taken, say). The same file gives the same bytes.
//!
//! Photographs of a phone are 12 million pixels and more; a volume that held them as they are would need gigabytes, of
//! memory as much as of paper's worth.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, ImageResult, Luma, Rgb, RgbImage};

/// Pixels of its longer side: three hundred to the inch where it is printed half as wide as the paper's text.
const LONGEST: u32 = 1000;

/// Of a hundred: no grain is seen on paper.
const QUALITY: u8 = 82;

/// The photograph for documents; a crossed-out frame for what begins and ends as a picture does and is none.
pub fn shown(bytes: &[u8]) -> Vec<u8> {
    let shown = read(bytes).and_then(|image| written(&image));
    shown
        .or_else(|_| written(&crossed_out()))
        .unwrap_or_default()
}

fn read(bytes: &[u8]) -> ImageResult<DynamicImage> {
    let mut decoder = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()?
        .into_decoder()?;
    let upright = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = small(DynamicImage::from_decoder(decoder)?);
    image.apply_orientation(upright);
    Ok(image)
}

fn small(image: DynamicImage) -> DynamicImage {
    let longer = image.width().max(image.height());
    if longer <= LONGEST {
        image
    } else if longer >= 2 * LONGEST {
        // The mean of many pixels each.
        image.thumbnail(LONGEST, LONGEST)
    } else {
        image.resize(LONGEST, LONGEST, FilterType::Triangle)
    }
}

/// As a JPEG; what is transparent lies on white paper.
fn written(image: &DynamicImage) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    if image.color().has_color() {
        let mut paper = RgbImage::from_pixel(image.width(), image.height(), Rgb([255; 3]));
        for (x, y, p) in image.to_rgba8().enumerate_pixels() {
            let [r, g, b, a] = p.0;
            paper.put_pixel(x, y, Rgb([r, g, b].map(|c| on_white(c, a))));
        }
        paper.write_with_encoder(encoder)?;
    } else {
        let mut paper = GrayImage::from_pixel(image.width(), image.height(), Luma([255]));
        for (x, y, p) in image.to_luma_alpha8().enumerate_pixels() {
            let [grey, a] = p.0;
            paper.put_pixel(x, y, Luma([on_white(grey, a)]));
        }
        paper.write_with_encoder(encoder)?;
    }
    Ok(bytes)
}

fn on_white(colour: u8, alpha: u8) -> u8 {
    let (c, a) = (u32::from(colour), u32::from(alpha));
    u8::try_from((c * a + 255 * (255 - a) + 127) / 255).unwrap_or(255)
}

fn crossed_out() -> DynamicImage {
    let (width, height) = (400, 300);
    let mut image = GrayImage::from_pixel(width, height, Luma([245]));
    for x in 0..width {
        let y = x * (height - 1) / (width - 1);
        for y in [y, height - 1 - y] {
            image.put_pixel(x, y, Luma([120]));
        }
    }
    DynamicImage::ImageLuma8(image)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn png(image: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn size(jpeg: &[u8]) -> (u32, u32) {
        let image = image::load_from_memory(jpeg).unwrap();
        (image.width(), image.height())
    }

    #[test]
    fn a_large_picture_is_made_small_and_a_small_one_is_left() {
        let of = |w, h| png(&DynamicImage::ImageRgb8(RgbImage::new(w, h)));
        assert_eq!(size(&shown(&of(3000, 1500))), (1000, 500));
        assert_eq!(size(&shown(&of(900, 1200))), (750, 1000));
        assert_eq!(size(&shown(&of(40, 30))), (40, 30));
        assert_eq!(shown(&of(1500, 30)), shown(&of(1500, 30)));
    }

    #[test]
    fn what_is_transparent_is_white() {
        let clear = image::RgbaImage::from_pixel(16, 16, image::Rgba([0, 0, 0, 0]));
        let shown = shown(&png(&DynamicImage::ImageRgba8(clear)));
        let image = image::load_from_memory(&shown).unwrap().to_luma8();
        assert!(image.pixels().all(|p| p.0[0] > 250));
    }

    #[test]
    fn what_is_no_picture_is_a_crossed_out_frame() {
        let frame = shown(b"\xff\xd8\xff nothing");
        assert_eq!(size(&frame), (400, 300));
        let whole = png(&DynamicImage::ImageRgb8(RgbImage::new(60, 60)));
        assert_eq!(shown(&whole[..whole.len() / 2]), frame);
    }

    proptest! {
        #[test]
        fn whatever_is_in_a_file_it_becomes_a_picture(
            at in 0usize..400, with in any::<u8>(), cut in 0usize..400, jpeg in any::<bool>()
        ) {
            let image = DynamicImage::ImageRgb8(RgbImage::from_fn(24, 18, |x, y| Rgb([x as u8 * 9, y as u8 * 9, 7])));
            let mut bytes = if jpeg { written(&image).unwrap() } else { png(&image) };
            let n = bytes.len();
            bytes[at % n] = with;
            bytes.truncate(n - cut % (n / 2));
            prop_assert!(shown(&bytes).starts_with(b"\xff\xd8"));
        }
    }
}
